// The one-file build of protobufjs's minimal runtime carries no types of its own.
declare module 'protobufjs/dist/minimal/protobuf.min.js' {
  import type * as minimal from 'protobufjs/minimal.js';

  const protobuf: typeof minimal;
  export default protobuf;
}
