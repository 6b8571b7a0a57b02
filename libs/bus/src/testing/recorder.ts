import type { Ranges } from '../api.ts';
import type { ChangeReader, FrameHandler } from '../frame-reader.ts';
import type { FrameBody } from '../messages.ts';

/** Turns what it is handed back into frame bodies. */
export class Recorder implements FrameHandler {
  readonly bodies: FrameBody[] = [];
  readonly sizes: number[] = [];

  private static list(buf: Buffer, ranges: Ranges): Buffer[] {
    return Array.from({ length: ranges.count }, (_, i) => Buffer.from(buf.subarray(ranges.start(i), ranges.end(i))));
  }

  private static changes(reader: ChangeReader) {
    const list = [];
    while (reader.next()) {
      list.push({
        account: reader.account,
        subject: Buffer.from(reader.subject, 'latin1'),
        queue: Buffer.from(reader.queue, 'latin1'),
        weight: reader.weight,
      });
    }
    return list;
  }

  onDeliver: FrameHandler['onDeliver'] = (
    name,
    buf,
    ss,
    se,
    rs,
    re,
    headerBytes,
    ps,
    pe,
    plain,
    queues,
    request,
    targets,
    hs,
    he,
    size,
  ) => {
    this.sizes.push(size);
    this.bodies.push({
      deliver: {
        account: name,
        subject: Buffer.from(buf.subarray(ss, se)),
        reply: Buffer.from(buf.subarray(rs, re)),
        headerBytes,
        payload: Buffer.from(buf.subarray(ps, pe)),
        plain,
        queues: Recorder.list(buf, queues),
        request,
        targets,
        shown: Buffer.from(buf.subarray(hs, he)),
      },
    });
  };

  onPublish: FrameHandler['onPublish'] = (name, buf, ss, se, rs, re, headerBytes, ps, pe, hs, he, request, size) => {
    this.sizes.push(size);
    this.bodies.push({
      publish: {
        account: name,
        subject: Buffer.from(buf.subarray(ss, se)),
        reply: Buffer.from(buf.subarray(rs, re)),
        headerBytes,
        payload: Buffer.from(buf.subarray(ps, pe)),
        shown: Buffer.from(buf.subarray(hs, he)),
        request,
      },
    });
  };

  onReturned: FrameHandler['onReturned'] = (
    request,
    targets,
    name,
    buf,
    ss,
    se,
    rs,
    re,
    headerBytes,
    ps,
    pe,
    queues,
    hs,
    he,
    size,
  ) => {
    this.sizes.push(size);
    this.bodies.push({
      returned: {
        request,
        targets,
        account: name,
        subject: Buffer.from(buf.subarray(ss, se)),
        reply: Buffer.from(buf.subarray(rs, re)),
        headerBytes,
        payload: Buffer.from(buf.subarray(ps, pe)),
        queues: Recorder.list(buf, queues),
        shown: Buffer.from(buf.subarray(hs, he)),
      },
    });
  };

  onLinkAck: FrameHandler['onLinkAck'] = (frames, size, returnedBytes) => {
    this.bodies.push({ linkAck: { frames, bytes: size, returnedBytes } });
  };

  onInterest: FrameHandler['onInterest'] = (sequence, complete, reader) => {
    this.bodies.push({ interest: { sequence, complete, changes: Recorder.changes(reader) } });
  };

  onInterestUpdate: FrameHandler['onInterestUpdate'] = (epoch, version, snapshot, partial, declarer, begin, reader) => {
    this.bodies.push({
      interestUpdate: { epoch, version, snapshot, partial, declarer, begin, changes: Recorder.changes(reader) },
    });
  };

  onMessage: FrameHandler['onMessage'] = (frame) => {
    this.bodies.push(frame);
  };
}
