// Keeps the schema as it is released: src/testdata/bus-<version>.json. Neighbouring releases are held to it by a test.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const schema = protobuf.parse(readFileSync(join(root, 'proto', 'bus.proto'), 'utf8')).root.toJSON();
writeFileSync(join(root, 'src', 'testdata', `bus-${version}.json`), `${JSON.stringify(schema)}\n`);
