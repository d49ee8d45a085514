// What a log says: which signatures of the guide stand in it, how often and where, and what could not be read.
import type { Component } from '../api/components.ts';
import type { FaultCode } from '../api/faults.ts';
import type { SafeText } from '../runtime/safe-text.ts';

/** One entry of the guide in the log of one component. */
export interface LogFinding {
  /** Entry id. */
  readonly id: string;
  /** Whose log line it is; `alerts` where the line could be of any service. */
  readonly component: Component;
  readonly fault: FaultCode;
  /** Records that hold the signature, however often each repeats it; several that tell one failure at once are one. */
  readonly count: number;
  /** Lines of the input, from 1: where the signature stands in the first and in the last of these records. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** RFC 3339 UTC, of the records of those lines, where they have a time. */
  readonly firstTime?: string | undefined;
  readonly lastTime?: string | undefined;
  /** The first of these lines, redacted, at most 256 bytes. */
  readonly excerpt: SafeText;
  /** Log: a line of the guide's stands there. Inferred: a cause that our own table classifies. */
  readonly basis: 'Log' | 'Inferred';
  /** The deepest cause in the first of these records that tells one. */
  readonly deepest?: {
    /** In the words of the probes; undefined for what nobody classifies. */
    readonly fault?: FaultCode | undefined;
    /** Redacted, at most 256 bytes. */
    readonly text: SafeText;
  };
  /** Whom the lines accuse, each once, in the order of appearance. */
  readonly blames: readonly Component[];
  /** The names that the lines give the accused, as written; the first few. */
  readonly captured: readonly SafeText[];
}

/** How much was read and what was wrong with it. Nothing of this is a finding. */
export interface LogCounters {
  readonly bytes: number;
  /** A last line without a line feed counts. */
  readonly lines: number;
  /** Records in which at least one signature was found. */
  readonly matched: number;
  readonly linesWithNul: number;
  readonly linesNotUtf8: number;
  /** Lines that begin as a JSON object and are none: not searched. Counted where a signature was suspected. */
  readonly brokenJson: number;
  /** Lines longer than the limit: only their beginning was searched, and not even that of JSON. */
  readonly longLines: number;
  /** Findings whose time lies before that of the finding above it. */
  readonly timeWentBack: number;
}

export interface LogEvidence {
  readonly counters: LogCounters;
  /** The most severe first. */
  readonly findings: readonly LogFinding[];
}
