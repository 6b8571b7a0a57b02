export { openLocalSyslog, openRemoteSyslog, SyslogError } from './open.ts';
