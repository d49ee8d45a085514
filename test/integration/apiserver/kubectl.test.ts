// What the real kubectl makes of our API server: a definition with status, printer columns and rules, and its objects.
import { createServer, type Server } from 'node:https';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { startApiServer, type ApiServer } from '../../stack/apiserver/server.ts';
import { createAuthority } from '../../stack/certificates.ts';
import { kubectl, startKubectl, type RunResult } from '../../stack/kubectl.ts';

const GADGETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.demo.example.com' },
  spec: {
    group: 'demo.example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', shortNames: ['gd'], categories: ['demo'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Upgradeable', type: 'string', jsonPath: '.status.conditions[?(@.type=="Upgradeable")].status' },
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Message', type: 'string', priority: 1, jsonPath: '.status.message' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A gadget of the demonstration.',
            properties: {
              spec: {
                type: 'object',
                description: 'What the gadget should be.',
                default: {},
                properties: {
                  size: { type: 'integer', default: 1, description: 'How large it is.' },
                  limit: { type: 'integer', default: 10 },
                },
                'x-kubernetes-validations': [
                  { rule: 'self.size <= self.limit', message: 'size must not be above limit' },
                ],
              },
              status: {
                type: 'object',
                properties: {
                  message: { type: 'string' },
                  conditions: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['type'],
                    items: {
                      type: 'object',
                      required: ['type', 'status'],
                      properties: { type: { type: 'string' }, status: { type: 'string' }, reason: { type: 'string' } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

const gadget = (name: string, spec: object = {}): object => ({
  apiVersion: 'demo.example.com/v1',
  kind: 'Gadget',
  metadata: { name, namespace: 'shop' },
  spec,
});

describe('kubectl', () => {
  let server: ApiServer;
  let kubelet: Server;
  const asked: string[] = [];
  const run = (args: string, input?: object | string, user?: string): Promise<RunResult> =>
    kubectl(args.split(' '), {
      kubeconfig: server.kubeconfig(user),
      ...(input === undefined ? {} : { input: typeof input === 'string' ? input : stringify(input) }),
    });
  const succeed = async (args: string, input?: object | string): Promise<string> => {
    const result = await run(args, input);
    expect({ ...result, stdout: '' }, args).toEqual({
      code: 0,
      stdout: '',
      stderr: result.code === 0 ? result.stderr : '',
    });
    return result.stdout;
  };
  const setStatus = (name: string, status: object): Promise<string> =>
    succeed(`-n shop patch gadget ${name} --subresource=status --type=merge -p ${JSON.stringify({ status })}`);

  beforeAll(async () => {
    server = await startApiServer();
    const pair = createAuthority().issue({ commonName: 'kubelet', hosts: ['127.0.0.1'] });
    kubelet = createServer({ cert: pair.certPem, key: pair.keyPem }, (request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.end('2026-01-01T00:00:00Z hello\n');
    });
    await new Promise<void>((resolve) => kubelet.listen(0, '127.0.0.1', resolve));
    await succeed('apply -f -', GADGETS);
    await succeed('wait --for=condition=Established crd/gadgets.demo.example.com');
    await succeed('create namespace shop');
  });
  afterAll(async () => {
    kubelet.close();
    await server.stop();
  });

  it('applies, changes and leaves alone on the client side', async () => {
    expect(await succeed('apply -f -', gadget('one', { size: 2 }))).toBe('gadget.demo.example.com/one created\n');
    expect(await succeed('apply -f -', gadget('one', { size: 3 }))).toBe('gadget.demo.example.com/one configured\n');
    expect(await succeed('apply -f -', gadget('one', { size: 3 }))).toBe('gadget.demo.example.com/one unchanged\n');
    expect(await succeed('-n shop get gadget one -o jsonpath={.spec}')).toBe('{"limit":10,"size":3}');
  });

  it('applies on the server side, and is told whose field it would take', async () => {
    const args = 'apply --server-side -f - --field-manager';
    expect(await succeed(`${args}=first`, gadget('owned', { size: 2 }))).toContain('serverside-applied');
    const refused = await run(`${args}=second`, gadget('owned', { size: 5 }));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('conflict with "first": .spec.size');
    await succeed(`${args}=second --force-conflicts`, gadget('owned', { size: 5 }));
    expect(await succeed('-n shop get gadget owned -o jsonpath={.spec.size}')).toBe('5');
  });

  it('applies a built-in kind twice, by strategic merge', async () => {
    const deployment = (image: string): object => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'vault', namespace: 'shop' },
      spec: {
        selector: { matchLabels: { app: 'vault' } },
        template: {
          metadata: { labels: { app: 'vault' } },
          spec: { containers: [{ name: 'app', image, env: [{ name: 'A', value: '1' }] }] },
        },
      },
    });
    await succeed('apply -f -', deployment('vault:1'));
    expect(await succeed('apply -f -', deployment('vault:2'))).toBe('deployment.apps/vault configured\n');
    expect(await succeed('-n shop get deployment vault -o jsonpath={.spec.template.spec.containers[*].image}')).toBe(
      'vault:2',
    );
    expect(await succeed('-n shop scale deployment vault --replicas=3')).toBe('deployment.apps/vault scaled\n');
    expect(await succeed('-n shop get deployments')).toMatch(/NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nvault +0\/3/);
  });

  it('is refused by a rule of the definition, and for a field that nobody declares', async () => {
    const broken = await run('apply -f -', gadget('bad', { size: 99 }));
    expect(broken).toMatchObject({ code: 1 });
    expect(broken.stderr).toContain('spec: Invalid value: size must not be above limit');
    const unknown = await run('apply -f -', gadget('bad', { colour: 'red' }));
    expect(unknown.stderr).toContain('unknown field "spec.colour"');
  });

  it('prints the columns of the definition, more of them when wide', async () => {
    await succeed('apply -f -', gadget('shown', { size: 4 }));
    await setStatus('shown', {
      message: 'fine',
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Upgradeable', status: 'False' },
      ],
    });
    expect(await succeed('-n shop get gd shown')).toMatch(/^NAME +UPGRADEABLE +SIZE +AGE\nshown +False +4 +\d+s\n$/);
    expect(await succeed('-n shop get gd shown -o wide')).toMatch(
      /^NAME +UPGRADEABLE +SIZE +MESSAGE +AGE\nshown +False +4 +fine +/,
    );
    expect(await succeed('-n shop get demo -o name')).toContain('gadget.demo.example.com/shown');
  });

  it('describes an object with its events', async () => {
    await succeed('apply -f -', gadget('told'));
    const uid = await succeed('-n shop get gadget told -o jsonpath={.metadata.uid}');
    server.seed([
      {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name: 'told.1', namespace: 'shop' },
        eventTime: '2026-01-02T03:04:05.000000Z',
        type: 'Warning',
        reason: 'DatabaseDown',
        note: 'the database is down',
        reportingController: 'demo',
        regarding: { apiVersion: 'demo.example.com/v1', kind: 'Gadget', namespace: 'shop', name: 'told', uid },
      },
    ]);
    const told = await succeed('-n shop describe gadget told');
    expect(told).toMatch(/Name: +told/);
    expect(told).toMatch(/Warning +DatabaseDown .* +the database is down/);
  });

  it('explains fields of the definition and of a built-in kind', async () => {
    expect(await succeed('explain gadget.spec.size')).toContain('How large it is.');
    expect(await succeed('explain deployment.spec.replicas')).toMatch(/FIELD: replicas <integer>/);
  });

  it('patches and annotates', async () => {
    await succeed('apply -f -', gadget('patched'));
    await succeed('-n shop patch gadget patched --type=merge -p {"spec":{"size":7}}');
    await succeed('-n shop patch gadget patched --type=json -p [{"op":"replace","path":"/spec/limit","value":8}]');
    await succeed('-n shop annotate gadget patched demo.example.com/requested-at=now');
    expect(await succeed('-n shop get gadget patched -o jsonpath={.spec}{.metadata.generation}')).toBe(
      '{"limit":8,"size":7}3',
    );
    expect(
      await succeed('-n shop get gadget patched -o jsonpath={.metadata.annotations.demo\\.example\\.com/requested-at}'),
    ).toBe('now');
  });

  it('waits for a condition and for a value that come later', async () => {
    await succeed('apply -f -', gadget('awaited'));
    const kubeconfig = server.kubeconfig();
    const before = server.openWatches();
    const waits = await Promise.all(
      ['--for=condition=Ready', '--for=jsonpath={.status.message}=done'].map((what) =>
        startKubectl(['-n', 'shop', 'wait', what, 'gadget/awaited', '--timeout=60s'], { kubeconfig }),
      ),
    );
    await expect.poll(() => server.openWatches(), { timeout: 60_000 }).toBe(before + 2);
    await setStatus('awaited', { message: 'done', conditions: [{ type: 'Ready', status: 'True' }] });
    const results = await Promise.all(waits.map((wait) => wait.ended));
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
  });

  it('watches an object change and go', async () => {
    await succeed('apply -f -', gadget('watched', { size: 1 }));
    const watch = await startKubectl(['-n', 'shop', 'get', 'gadget', 'watched', '-w'], {
      kubeconfig: server.kubeconfig(),
    });
    await watch.until((text) => /watched +1/.test(text));
    await succeed('-n shop patch gadget watched --type=merge -p {"spec":{"size":9}}');
    const text = await watch.until((seen) => /watched +9/.test(seen));
    expect(text.match(/NAME/g)).toHaveLength(1);
    await watch.stop();
  });

  it('deletes objects, and a namespace with all that is in it', async () => {
    await succeed('create namespace doomed');
    await succeed('-n doomed create secret generic key --from-literal=password=hunter2');
    expect(await succeed('-n doomed get secret key -o jsonpath={.data.password}')).toBe('aHVudGVyMg==');
    await succeed('-n doomed create configmap settings --from-literal=a=b');
    await succeed('-n doomed delete configmap settings');
    await succeed('delete namespace doomed');
    const gone = await run('-n doomed get secret key');
    expect(gone.stderr).toContain('NotFound');
  });

  it('may do what a role grants, and no more', async () => {
    await succeed('-n shop create role reader --verb=get,list --resource=gadgets.demo.example.com');
    await succeed('-n shop create rolebinding reader --role=reader --user=carol');
    const can = async (what: string): Promise<string> =>
      (await run(`-n shop auth can-i ${what}`, undefined, 'carol')).stdout.trim();
    expect(await can('list gadgets.demo.example.com')).toBe('yes');
    expect(await can('delete gadgets.demo.example.com')).toBe('no');
    expect((await run('-n shop get secrets', undefined, 'carol')).stderr).toContain(
      'User "carol" cannot list resource "secrets"',
    );
  });

  it('acts as a service account with a token that it made', async () => {
    await succeed('-n shop create serviceaccount robot');
    const token = (await succeed('-n shop create token robot')).trim();
    const who = await kubectl(['auth', 'whoami', `--token=${token}`, '-o', 'jsonpath={.status.userInfo.username}'], {
      kubeconfig: server.kubeconfig('nobody').replace(/ {6}token: .*\n/, ''),
    });
    expect(who).toMatchObject({ code: 0, stdout: 'system:serviceaccount:shop:robot' });
  });

  it('applies a kustomization', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stack-kustomize-'));
    try {
      await writeFile(join(folder, 'gadget.yaml'), stringify(gadget('kustomized')));
      await writeFile(join(folder, 'kustomization.yaml'), 'resources: [gadget.yaml]\nnamePrefix: my-\n');
      expect(await succeed(`apply -k ${folder}`)).toBe('gadget.demo.example.com/my-kustomized created\n');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('reads a pod log from the kubelet of its node', async () => {
    server.seed([
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'node-1' },
        status: {
          addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
          daemonEndpoints: { kubeletEndpoint: { Port: (kubelet.address() as AddressInfo).port } },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'vault-0', namespace: 'shop' },
        spec: { nodeName: 'node-1', containers: [{ name: 'app', image: 'vault:1' }] },
        status: { phase: 'Running' },
      },
    ]);
    expect(await succeed('-n shop logs vault-0 --timestamps --tail=5 --since=60s')).toBe(
      '2026-01-01T00:00:00Z hello\n',
    );
    expect(asked.at(-1)).toBe('/containerLogs/shop/vault-0/app?tailLines=5&sinceSeconds=60&timestamps=true');
  });

  it('asked for no path that our server should know and does not', () => {
    expect(server.unknownPaths).toEqual([]);
  });
});
