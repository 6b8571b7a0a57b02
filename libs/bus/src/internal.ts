// For the router: the other end of what a member speaks.

export { Connection, type ConnectionOwner } from './connection.ts';
export { ChangeReader, type FrameHandler } from './frame-reader.ts';
export { changeBytes, putChange } from './frame-writer.ts';
export { type DecodedFrame, type FrameBody, Phase, PROTOCOL } from './messages.ts';
export { processFigures } from './own-figures.ts';
