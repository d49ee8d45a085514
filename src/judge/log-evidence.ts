// Joins log lines with what probes saw: a line that says the same as a failing check proves it.
import type { Component } from '../api/components.ts';
import { isService } from '../api/components.ts';
import { traits, type FaultCode } from '../api/faults.ts';
import type { Finding } from '../facts/answer.ts';
import type { LogSighting } from '../facts/observed.ts';
import type { Entry } from '../guide/entry.ts';
import type { Edge } from '../product/dependencies.ts';

interface Line extends LogSighting {
  /** The service whose log it is in. */
  readonly writer: string;
}

/**
 * Gives a failing check the log line that proves it: basis `Log` and the line as evidence, while fault and message
 * stay the probe's. A line proves a failure when the guide has one entry for both and the line either accuses the
 * target (a backend: one that the writer depends on) or accuses nobody and is the target's own.
 */
export function proveByLogs(
  findings: readonly Finding[],
  edges: readonly Edge[],
  cite: (component: Component, fault: FaultCode) => Entry,
): readonly Finding[] {
  const lines = findings.flatMap(linesOf).toSorted(latestFirst);
  if (lines.length === 0) return findings;
  const depends = new Set(edges.map(({ from, to }) => `${from} ${to}`));
  return findings.map((finding) => {
    const { answer, component, targetId } = finding;
    if (answer.kind === 'pass' || answer.basis === 'Log' || traits(answer.fault.code).result !== 'fail') return finding;
    const entry = cite(component, answer.fault.code).id;
    const isTarget = ({ blames, writer }: Line): boolean =>
      blames.length === 0
        ? writer === targetId
        : isService(component)
          ? blames.includes(component)
          : blames.includes(component) && depends.has(`${writer} ${targetId}`);
    const proofs = lines.filter((one) => one.id === entry && isTarget(one));
    const line = proofs.find(({ deepest }) => deepest?.fault === answer.fault.code) ?? proofs[0];
    return line === undefined ? finding : { ...finding, answer: { ...answer, evidence: line.excerpt, basis: 'Log' } };
  });
}

/** Whom the log line of a finding names as the one at fault, each once. */
export function accusedBy({ answer }: Pick<Finding, 'answer'>): readonly Component[] {
  if (answer.kind === 'pass') return [];
  const { sightings = [], fault } = answer;
  const same = sightings.filter((one) => one.fault === fault.code);
  return [...new Set((same.length === 0 ? sightings : same).flatMap(({ blames }) => blames))];
}

function linesOf({ answer, targetId }: Finding): readonly Line[] {
  return answer.kind === 'pass' ? [] : (answer.sightings ?? []).map((line) => ({ ...line, writer: targetId }));
}

/** The latest line first; then by writer and pod, so that no order of arrival decides. */
function latestFirst(a: Line, b: Line): number {
  const compare = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
  return compare(b.lastTime, a.lastTime) || compare(a.writer, b.writer) || compare(a.pod, b.pod);
}
