// The lines of a record that say something: without frames, and never more than can be looked at often.
import { describe, expect, it } from 'vitest';
import { deepestLine, headersOf } from '../../../src/guide/exception-headers.ts';

const FRAME = '\tat io.keyless.a.Service.run(Service.java:52)\n';

describe('the lines that say something', () => {
  it('are the message and the exceptions, without frames', () => {
    const text = `Failed\n\na.B: c\n${FRAME.repeat(3)}\t... 64 common frames omitted\nCaused by: d.E: f\n${FRAME}`;
    expect(headersOf(text).text).toBe('Failed\na.B: c\nCaused by: d.E: f');
  });

  it.each(['x', 'x\n', 'Caused by: a.B: c\n', `${'y'.repeat(5000)}\n`])('of "%s" a million times are few', (unit) => {
    expect(headersOf(unit.repeat(1_000_000 / unit.length)).text.length).toBeLessThan(200 * 2049);
  });

  it('keep the deepest cause of a very long chain', () => {
    const text = `top\n${'Caused by: a.B: c\n'.repeat(5000)}Caused by: d.Deepest: e`;
    expect(deepestLine(headersOf(text))).toBe('d.Deepest: e');
  });

  it('know a trace that begins with the deepest cause', () => {
    const headers = headersOf('d.Deepest: e\n' + FRAME + 'Wrapped by: a.B: c\n');
    expect(headers.rootFirst).toBe(true);
    expect(deepestLine(headers)).toBe('d.Deepest: e');
  });

  it("know the description of a start that Spring's analysers explain", () => {
    const text =
      'APPLICATION FAILED TO START\n***\n\nDescription:\n\nPort 8080 was already in use.\n\nAction:\n\nStop it.';
    expect(deepestLine(headersOf(text))).toBe('Port 8080 was already in use.');
  });
});
