/** An account and a subject in it that a feed listens to, as one text. */
export type Place = string;

/** In whichever account: whoever pushes over exports and imports sees the same subject. */
export const ANYWHERE = '';

export const placeOf = (account: string, subject: string): Place => `${account} ${subject}`;

/** Subjects have no blanks. */
export const accountIn = (place: Place): string => place.slice(0, place.lastIndexOf(' '));
export const subjectIn = (place: Place): string => place.slice(place.lastIndexOf(' ') + 1);
