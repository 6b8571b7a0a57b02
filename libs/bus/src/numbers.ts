import protobuf from 'protobufjs/dist/minimal/protobuf.min.js';

// 64-bit fields are plain numbers here (none exceeds 2^53), even where some package has installed `long`. Must run
// before the generated code, which looks at it when it loads.
(protobuf.util as { Long?: unknown }).Long = undefined;
protobuf.configure();
