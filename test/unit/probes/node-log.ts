// The log of a container as its node keeps it and the kubelet serves it: one file, each line with the time at which the
// runtime took it, from which one asks for the tail, then for what is not older than a second, then for so many bytes.
import type { PodLogFault, PodLogRequest, Result } from '../../../src/clients/clients.ts';
import { literal } from '../../../src/runtime/safe-text.ts';

export interface NodeLine {
  /** Microseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

export interface NodeLog {
  readonly write: (lines: readonly NodeLine[]) => void;
  /** The file is put away, and a new one begun. */
  readonly rotate: () => void;
  /** The container ended, and its next run has begun. */
  readonly restart: () => void;
  /** The next reading breaks after so many lines. */
  readonly breakNext: (afterLines: number) => void;
  readonly readLog: (
    request: PodLogRequest,
    onChunk: (chunk: Uint8Array) => void,
  ) => Promise<Result<undefined, PodLogFault>>;
  /** Lines that were handed over since this was asked last. */
  readonly handedOver: () => number;
}

/** @param pieceBytes how much comes at once */
export function nodeLog(pieceBytes: number): NodeLog {
  let file: NodeLine[] = [];
  let previous: NodeLine[] | undefined;
  let breaksAfter = Number.POSITIVE_INFINITY;
  let handed = 0;
  return {
    write: (lines) => void file.push(...lines),
    rotate: () => void (file = []),
    restart: () => {
      previous = file;
      file = [];
    },
    breakNext: (afterLines) => void (breaksAfter = afterLines),
    readLog: (request, onChunk) => {
      const of = request.previous ? previous : file;
      if (of === undefined) return Promise.resolve({ ok: false, fault: { kind: 'none', detail: literal('no log') } });
      const since = request.sinceTime === undefined ? 0 : Date.parse(request.sinceTime) * 1_000;
      const lines = of.slice(-(request.tailLines ?? of.length)).filter(({ at }) => at >= since);
      const isBroken = breaksAfter < lines.length;
      const sent = lines.slice(0, breaksAfter);
      breaksAfter = Number.POSITIVE_INFINITY;
      const bytes = Buffer.from(sent.map(served).join('')).subarray(0, request.limitBytes);
      handed += sent.length;
      for (let from = 0; from < bytes.length; from += pieceBytes) onChunk(bytes.subarray(from, from + pieceBytes));
      return Promise.resolve(
        isBroken
          ? { ok: false, fault: { kind: 'unavailable', detail: literal('cut') } }
          : { ok: true, value: undefined },
      );
    },
    handedOver: () => {
      const lines = handed;
      handed = 0;
      return lines;
    },
  };
}

function served({ at, text }: NodeLine): string {
  const micros = String(at % 1_000_000).padStart(6, '0');
  return `${new Date(Math.floor(at / 1_000)).toISOString().slice(0, 19)}.${micros}000Z ${text}\n`;
}
