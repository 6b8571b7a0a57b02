import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { FrameReader } from './frame-reader.ts';
import { Frame, type FrameBody, PROTOCOL } from './messages.ts';
import { Recorder } from './testing/recorder.ts';
import { putVarint, varintBytes } from './wire.ts';

// Two neighbouring releases run side by side while a node is upgraded, or taken back, process by process. Each schema that
// was released is kept; the present one is held against it in both directions.

const folder = join(import.meta.dirname, 'testdata');
const released = readdirSync(folder).filter((name) => /^bus-.*\.json$/.test(name));
const present = (): protobuf.Root =>
  protobuf
    .parse(readFileSync(join(import.meta.dirname, '../proto/bus.proto'), 'utf8'))
    .root.resolveAll() as protobuf.Root;
const typesOf = (root: protobuf.Root): protobuf.Type[] =>
  (root.lookup('skein.bus') as protobuf.Namespace).nestedArray.filter((one) => one instanceof protobuf.Type);

/** A later release: in every message but Frame, whose fields are bodies, fields of every wire type that this one does not know. */
function future(): protobuf.Root {
  const root = present();
  for (const type of typesOf(root)) {
    if (type.name === 'Frame') continue;
    type.add(new protobuf.Field('laterText', 1001, 'string'));
    type.add(new protobuf.Field('laterNumbers', 1002, 'uint64', 'repeated'));
    type.add(new protobuf.Field('laterFixed', 1003, 'fixed64'));
    type.add(new protobuf.Field('laterFloat', 1004, 'float'));
    type.add(new protobuf.Field('laterMessage', 1005, 'Later'));
  }
  const later = new protobuf.Type('Later').add(new protobuf.Field('text', 1, 'string'));
  (root.lookup('skein.bus') as protobuf.Namespace).add(later);
  const frame = root.lookupType('skein.bus.Frame');
  frame.add(new protobuf.Field('later', 200, 'Later'));
  frame.oneofs.body.add(frame.fields.later);
  return root.resolveAll() as protobuf.Root;
}

/** Of one to four bytes. To choose among all of Unicode, fast-check makes tables for a second. */
const character = fc.constantFrom('a', '\0', 'ß', '€', '😀');

/** Any content of a field, by its type. */
function content(field: protobuf.Field): fc.Arbitrary<unknown> {
  const { resolvedType } = field.resolve();
  const one = (): fc.Arbitrary<unknown> => {
    if (resolvedType instanceof protobuf.Enum) return fc.constantFrom(...Object.values(resolvedType.values));
    if (resolvedType instanceof protobuf.Type) return message(resolvedType);
    switch (field.type) {
      case 'string':
        return fc.string({ unit: character, maxLength: 20 });
      case 'bytes':
        return fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes));
      case 'bool':
        return fc.boolean();
      case 'uint32':
        return fc.nat({ max: 0xffff_ffff });
      case 'int32':
        return fc.integer();
      case 'int64':
        return fc.maxSafeInteger();
      case 'fixed64':
        return fc.constant(0x7fff_ffff);
      case 'float':
        return fc.constant(0.5);
      default:
        return fc.maxSafeNat();
    }
  };
  return field.repeated ? fc.array(one(), { maxLength: 3 }) : one();
}

/** Any message of a type. */
function message(type: protobuf.Type): fc.Arbitrary<Record<string, unknown>> {
  const fields = fc.record(Object.fromEntries(type.fieldsArray.map((field) => [field.name, content(field)])));
  // The one rule between two fields.
  return fields.map((one) =>
    one.headerBytes === undefined ? one : { ...one, headerBytes: Math.min(1, one.headerBytes as number) },
  );
}

/** Any frame: its body's name, and its bytes as they stand on the wire. */
function frames(root: protobuf.Root): fc.Arbitrary<{ body: string; bytes: Buffer }> {
  const type = root.lookupType('skein.bus.Frame');
  return fc.oneof(
    ...type.fieldsArray.map((field) =>
      content(field).map((value) => ({
        body: field.name,
        bytes: Buffer.from(type.encode({ [field.name]: value }).finish()),
      })),
    ),
  );
}

const plain = { longs: Number, bytes: Buffer, arrays: true, defaults: true } as const;

/** What a schema reads in these bytes, of what it knows. */
const read = (root: protobuf.Root, bytes: Buffer): Record<string, unknown> => {
  const type = root.lookupType('skein.bus.Frame');
  return type.toObject(type.decode(bytes), plain);
};

/** What this release's own reader hands out, encoded by the schema without what it does not know. */
function handedOut(bytes: Buffer): Buffer[] {
  const stream = Buffer.alloc(varintBytes(bytes.length) + bytes.length);
  stream.set(bytes, putVarint(stream, 0, bytes.length));
  const recorder = new Recorder();
  new FrameReader(recorder, 1 << 20).push(stream, 0, stream.length);
  return recorder.bodies.map((body: FrameBody) => Buffer.from(Frame.encode(body).finish()));
}

describe.each(released)('%s', (name) => {
  const frozen = (): protobuf.Root =>
    protobuf.Root.fromJSON(JSON.parse(readFileSync(join(folder, name), 'utf8'))).resolveAll() as protobuf.Root;

  it('no field has changed its number or type, and no number is used for something else', () => {
    const now = present();
    for (const before of typesOf(frozen())) {
      const after = now.lookupType(before.fullName);
      for (const field of before.fieldsArray) {
        const same = after.fieldsById[field.id];
        if (same === undefined) {
          // Given up: then for good.
          expect([before.name, field.name, after.isReservedId(field.id)]).toEqual([before.name, field.name, true]);
          continue;
        }
        const shape = ({ id, type, repeated, partOf }: protobuf.Field) => ({ id, type, repeated, in: partOf?.name });
        expect({ name: same.name, ...shape(same) }).toEqual({ name: field.name, ...shape(field) });
      }
      for (const nested of before.nestedArray) {
        if (!(nested instanceof protobuf.Enum)) continue;
        expect(after.lookupEnum(nested.name).values).toMatchObject(nested.values);
      }
    }
  });

  it('what it writes, this release reads', () => {
    const then = frozen();
    const now = present();
    fc.assert(
      fc.property(frames(then), ({ body, bytes }) => {
        expect(read(now, bytes)[body]).toMatchObject(read(then, bytes)[body] as object);
        expect(handedOut(bytes).map((one) => read(then, one))).toEqual([read(then, bytes)]);
      }),
      { numRuns: 300 },
    );
  });

  it('what this release and a later one write, it reads as far as it knows it', () => {
    const then = frozen();
    for (const writer of [present(), future()]) {
      fc.assert(
        fc.property(frames(writer), ({ body, bytes }) => {
          if (then.lookupType('skein.bus.Frame').fields[body] === undefined) {
            expect(read(then, bytes).body).toBeUndefined();
          } else {
            expect(read(writer, bytes)[body]).toMatchObject(read(then, bytes)[body] as object);
          }
        }),
        { numRuns: 300 },
      );
    }
  });
});

it('what a later release writes, this one reads as far as it knows it, by its own reader too', () => {
  const now = present();
  fc.assert(
    fc.property(frames(future()), ({ body, bytes }) => {
      const [handed, ...more] = handedOut(bytes);
      expect(more).toEqual([]);
      if (body === 'later') expect(handed).toHaveLength(0);
      else expect(read(now, handed)).toEqual(read(now, bytes));
    }),
    { numRuns: 500 },
  );
});

it('the protocol has the same number, or a router of one release would refuse the processes of the other', () => {
  expect(PROTOCOL).toBe(1);
  expect(released.length).toBeGreaterThan(0);
});
