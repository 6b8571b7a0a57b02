/** Skein's own. */
export const productVersion = '0.1.0';

/** The nats-server whose behaviour this is: clients switch features on by it. */
export const natsVersion = '2.15.2';
