export { openLocalSyslog, openRemoteSyslog } from './open.ts';
