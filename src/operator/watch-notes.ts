// What the watch goes through, as log lines: loud once, not at every try.
import { CRD_NAME } from '../api/names.ts';
import type { ReflectorNote } from '../kube/reflector.ts';
import type { Metrics } from './metrics.ts';
import type { Log } from './ports.ts';
import { stackOf } from './stack-of.ts';

const MISSING = `the CustomResourceDefinition ${CRD_NAME} is not installed; waiting for: recognize-health crd | kubectl apply --server-side -f -`;

/** Tells the notes of the watches: what all of them see is one line. */
export function watchNotes(log: Log, metrics: Pick<Metrics, 'watchRestarted'>): (note: ReflectorNote) => void {
  let isMissing = false;
  return (note) => {
    switch (note.kind) {
      case 'listed':
        isMissing = false;
        log.debug({ reports: note.objects }, 'reports listed');
        return;
      case 'watching':
        log.debug({}, 'watching reports');
        return;
      case 'fault': {
        metrics.watchRestarted();
        const { code, message: detail } = note.fault;
        const retryMs = Math.round(note.waitMs);
        if (code === 'NotFound') {
          if (isMissing) log.debug({ retryMs }, MISSING);
          else log.error({ retryMs }, MISSING);
          isMissing = true;
          return;
        }
        // A server that is asked too often, or has just been given the definition, says when to come back: no trouble.
        if (code === 'TooManyRequests') log.info({ code, detail, retryMs }, 'the API server asks to wait');
        else log.warn({ code, detail, retryMs }, 'watch interrupted');
        return;
      }
      case 'handler':
        log.error({ error: stackOf(note.error) }, 'a handler of the watch broke');
    }
  };
}

/**
 * Tells the notes of the watches that keep what is read of the namespaces. A run does without them, so what ails one is
 * said once until it works again.
 */
export function namespaceNotes(log: Log): (kind: string, note: ReflectorNote) => void {
  const ailing = new Set<string>();
  return (kind, note) => {
    switch (note.kind) {
      case 'listed':
        return;
      case 'watching':
        ailing.delete(kind);
        return;
      case 'fault': {
        const { code, message: detail } = note.fault;
        const fields = { kind, code, detail, retryMs: Math.round(note.waitMs) };
        const isKnown = ailing.has(kind);
        ailing.add(kind);
        if (isKnown || code === 'Unreachable') log.debug(fields, 'a namespace watch was interrupted');
        else log.info(fields, 'a namespace watch was interrupted: its objects are listed by each run until it is back');
        return;
      }
      case 'handler':
        log.error({ error: stackOf(note.error) }, 'a namespace watch broke');
    }
  };
}
