export { errorLine, errors, type ProtocolError, type ProtocolErrorAbout, type ProtocolErrorKey } from './catalogue.ts';
