// Maintenance windows as they are told: which one is open and until when, and when the next one opens.
import { validateSpec } from '../api/validate.ts';
import { nameOfMute, windowsOf, type Window } from '../api/windows.ts';
import { formatDuration } from '../runtime/duration.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import { timestamp } from '../runtime/timestamp.ts';

/** A sentence for each window of a report, open ones first. None of a spec that cannot be read. */
export function windowSentences(spec: unknown, now: Date): readonly SafeText[] {
  const parsed = validateSpec(spec ?? {});
  if (!parsed.ok) return [];
  return (parsed.spec.mutes ?? [])
    .flatMap((mute) => {
      const windows = windowsOf(mute, now);
      if (windows === undefined) return [];
      const title = `${nameOfMute(mute)} (${mute.reason}; ${mute.by})`;
      if (!windows.ok) return [{ isOpen: false, text: redact(`The window of ${title} ${windows.why}.`, [], 512) }];
      const { open, next } = windows;
      const opens = next === undefined ? 'No other one follows.' : `The next one is ${span(next)}.`;
      return [
        open === undefined
          ? {
              isOpen: false,
              text: redact(
                next === undefined ? `No window of ${title} follows.` : `The next window of ${title} is ${span(next)}.`,
                [],
                512,
              ),
            }
          : {
              isOpen: true,
              text: redact(
                `A window of ${title} is open until ${timestamp(open.end)}, for ${formatDuration(open.end.getTime() - now.getTime())} more. ${opens}`,
                [],
                512,
              ),
            },
      ];
    })
    .sort((a, b) => Number(b.isOpen) - Number(a.isOpen))
    .map(({ text }) => text);
}

function span({ start, end }: Window): string {
  return `from ${timestamp(start)} to ${timestamp(end)}`;
}
