export { errors, type ProtocolError, type ProtocolErrorAbout, type ProtocolErrorKey } from './catalogue.ts';
