import { describe, expect, it } from 'vitest';
import { recogniseImage, recogniseLabels, recogniseName, recogniseService } from '../../../src/product/recognition.ts';
import { RENAMED_KEYS } from '../../../src/product/index.ts';

describe('recognising a service', () => {
  it.each([
    ['quay.io/keyless_technologies/core-daemon:2.30.0', 'core-daemon'],
    ['quay.io/keyless_technologies/node:0.1.4', 'core-daemon'],
    ['mirror.example:5000/quay/keyless_technologies/node@sha256:0123', 'core-daemon'],
    ['quay.io/keyless_technologies/operations-api:1', 'operations-service'],
    ['quay.io/keyless_technologies/keyless-agent:v3.0.0', 'enrollment-agent'],
    ['registry.example:443/recognize/sdk-customer-dashboard:v1.3.5', 'admin-dashboard'],
    ['registry.example/keyless/dashboard', 'admin-dashboard'],
    ['localhost:5000/auth-vault', 'auth-vault'],
    ['node:20', undefined],
    ['docker.io/library/node:20-alpine', undefined],
    ['kubernetesui/dashboard:v2', undefined],
    ['docker.io/library/postgres:15', undefined],
    ['quay.io/keyless_technologies/kl-cct-tester:master', undefined],
    ['', undefined],
  ])('by the image %s', (image, service) => {
    expect(recogniseImage(image)?.service).toBe(service);
  });

  it.each([
    ['core-daemon', 'core-daemon'],
    ['circuit-storage-2', 'circuit-storage'],
    ['node-persistence-keylessd', 'node-persistence'],
    ['node-keylessd', 'core-daemon'],
    ['operations-api-keylessd', 'operations-service'],
    ['prod-auth-vault', 'auth-vault'],
    ['offline-enrollment-agent', 'enrollment-agent'],
    ['node-exporter', undefined],
    ['node', undefined],
    ['node-persistence-postgresql', undefined],
    ['metrics-collector-db', undefined],
    ['core-daemonset', undefined],
  ])('by the name %s', (name, service) => {
    expect(recogniseName(name)?.service).toBe(service);
  });

  it.each([
    [{ 'app.kubernetes.io/name': 'auth-vault' }, 'auth-vault'],
    [{ app: 'core-daemon' }, 'core-daemon'],
    [{ 'app.kubernetes.io/name': 'node' }, undefined],
    [{ 'app.kubernetes.io/instance': 'node-persistence' }, undefined],
  ])('by the labels %o', (labels: Record<string, string>, service) => {
    expect(recogniseLabels(labels)?.service).toBe(service);
  });

  it('believes the image before the name: a release may be named after another component', () => {
    const workload = { image: 'quay.io/keyless_technologies/core-daemon:2', labels: {}, name: 'node-persistence' };
    expect(recogniseService(workload)).toEqual({ service: 'core-daemon', by: 'image', umbrella: false });
  });

  it('notices names that only the umbrella chart has', () => {
    expect(recogniseImage('quay.io/keyless_technologies/node:0.1')?.umbrella).toBe(true);
  });
});

describe('renamed keys', () => {
  it('say nothing of metrics-collector, which still uses the old one', () => {
    expect(RENAMED_KEYS.filter(({ component }) => component === 'metrics-collector')).toEqual([]);
  });

  it('name each old key of a component once', () => {
    const names = RENAMED_KEYS.map(({ component, from }) => `${component} ${from}`);
    expect(new Set(names).size).toBe(8);
  });
});
