// The visit of a service: every address asked for the health path, and what went wrong on the way as a fault of its own.
import { describe, expect, it } from 'vitest';
import type { HttpRequest, TransportFault } from '../../../src/clients/clients.ts';
import { failed, ok } from '../../../src/facts/outcome.ts';
import { AT_ONCE } from '../../../src/probes/each-address.ts';
import { serviceProbe } from '../../../src/probes/service.ts';
import { Stop } from '../../../src/runtime/clock.ts';
import { literal } from '../../../src/runtime/safe-text.ts';
import { address, http, service } from '../checks/seen.ts';
import { answered, clients, httpClient, untilAborted } from './clients.ts';

const never = new AbortController().signal;

describe('the addresses of a service', () => {
  it('are each asked for the health path, with the TLS of the target', async () => {
    const asked: HttpRequest[] = [];
    const get = (request: HttpRequest) => {
      asked.push(request);
      return Promise.resolve(answered(http(200, '{"status":"UP"}')));
    };
    const target = service({ addresses: ok([address(1), address(2)]), tls: { serverName: 'core' } });
    const { answers } = await serviceProbe.observe(target, clients(httpClient(get)), never);
    expect(asked.filter(({ url }) => url.endsWith('/actuator/health'))).toEqual([
      { url: 'http://10.0.0.1:8080/actuator/health', tls: { serverName: 'core' }, alone: true },
      { url: 'http://10.0.0.2:8080/actuator/health', tls: { serverName: 'core' }, alone: true },
    ]);
    expect(answers.map((one) => one.address.name)).toEqual(['10.0.0.1:8080', '10.0.0.2:8080']);
    expect(answers.every(({ answer }) => answer.ok)).toBe(true);
  });

  it('are all asked, some at a time', async () => {
    const all = Array.from({ length: 90 }, (_, index) => address(index));
    const addresses = ok(all);
    let [now, most] = [0, 0];
    const get = async () => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      now -= 1;
      return answered(http(200, '{"status":"UP"}'));
    };
    const { answers } = await serviceProbe.observe(service({ addresses }), clients(httpClient(get)), never);
    expect(answers.map((one) => one.address)).toEqual(all);
    expect(most).toBe(AT_ONCE);
  });

  it('are asked for liveness first, and for the whole of health one at a time', async () => {
    const asked: string[] = [];
    const get = ({ url, alone }: HttpRequest) => {
      asked.push(`${new URL(url).pathname}${alone === true ? ' alone' : ''}`);
      return Promise.resolve(answered(http(200, '{"status":"UP"}')));
    };
    const { answers } = await serviceProbe.observe(service(), clients(httpClient(get)), never);
    expect(asked).toEqual(['/actuator/health/liveness', '/actuator/health alone']);
    expect(answers).toMatchObject([{ alive: true }]);
  });

  it('that live and whose parts do not answer are said to be alive', async () => {
    const get = ({ url }: HttpRequest) =>
      Promise.resolve(
        url.endsWith('liveness')
          ? answered(http(200, '{"status":"UP"}'))
          : { ok: false as const, fault: { kind: 'timeout' as const, detail: 'no answer' } },
      );
    const { answers } = await serviceProbe.observe(service(), clients(httpClient(get)), never);
    expect(answers).toMatchObject([{ alive: true, answer: { ok: false, fault: { code: 'ServiceTimeout' } } }]);
  });

  it.each([
    ['http://core', '/health', 'http://core/health'],
    ['http://core/', '/health', 'http://core/health'],
    ['http://core', '//metadata/health', 'http://core//metadata/health'],
  ])('%s with the path %s is %s', async (origin, path, url) => {
    const asked: string[] = [];
    const get = (request: HttpRequest) => {
      asked.push(request.url);
      return Promise.resolve(answered(http(200)));
    };
    const target = service({
      addresses: ok([{ ...address(), origin }]),
      health: { path, named: true, format: 'spring' },
    });
    await serviceProbe.observe(target, clients(httpClient(get)), never);
    expect(asked.at(-1)).toBe(url);
  });

  it('that are not known are not asked', async () => {
    const target = service({ addresses: failed('NoReadyEndpoints', literal('none')) });
    expect((await serviceProbe.observe(target, clients(), never)).answers).toEqual([]);
  });
});

describe('what goes wrong on the way', () => {
  it.each<[TransportFault['kind'], string]>([
    ['dns', 'ServiceAddressUnresolved'],
    ['refused', 'ServiceRefused'],
    ['timeout', 'ServiceTimeout'],
    ['broken', 'ServiceUnreachable'],
    ['tls', 'ServiceTlsFailed'],
    ['forbidden-address', 'AddressForbidden'],
  ])('%s is %s', async (kind, code) => {
    const get = () => Promise.resolve({ ok: false as const, fault: { kind, detail: 'what happened' } });
    const { answers } = await serviceProbe.observe(service(), clients(httpClient(get)), never);
    expect(answers.map(({ answer }) => answer)).toEqual([{ ok: false, fault: { code, detail: 'what happened' } }]);
  });

  it('at one address leaves the answer of the other', async () => {
    const get = ({ url }: HttpRequest) =>
      Promise.resolve(
        url.includes('10.0.0.1')
          ? { ok: false as const, fault: { kind: 'refused' as const, detail: 'refused' } }
          : answered(http(200)),
      );
    const target = service({ addresses: ok([address(1), address(2)]) });
    const { answers } = await serviceProbe.observe(target, clients(httpClient(get)), never);
    expect(answers.map(({ answer }) => answer.ok)).toEqual([false, true]);
  });

  it('shows no userinfo and is short', async () => {
    const detail = `http://user:hunter2@core ${'x'.repeat(500)}`;
    const get = () => Promise.resolve({ ok: false as const, fault: { kind: 'broken' as const, detail } });
    const { answers } = await serviceProbe.observe(service(), clients(httpClient(get)), never);
    const [first] = answers;
    const shown = first?.answer.ok === false ? first.answer.fault.detail : '';
    expect(shown).not.toContain('hunter2');
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(160);
  });

  it('because the run was cancelled rejects', async () => {
    const stop = new Stop({ kind: 'Cancelled', why: 'shutdown' });
    const controller = new AbortController();
    const get = (_request: HttpRequest, signal: AbortSignal) =>
      untilAborted(signal, (): never => {
        throw stop;
      });
    const observing = serviceProbe.observe(service(), clients(httpClient(get)), controller.signal);
    controller.abort(stop);
    await expect(observing).rejects.toBe(stop);
  });
});
