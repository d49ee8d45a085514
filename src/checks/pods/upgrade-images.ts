// Do all pods of a service run the image that its workload asks for? While a rollout goes on they need not.
import { type Answer, found, pass, type Check } from '../../facts/answer.ts';
import type { Pod, Workload } from '../../facts/workload.ts';
import { literal } from '../../runtime/safe-text.ts';
import { ofEvery } from './every-workload.ts';
import { WORKLOAD_TROUBLES, workloadUnseen } from './workload-unseen.ts';
import { sentence } from '../../facts/sentence.ts';

export const upgradeImages: Check<'pods'> = {
  question: 'images',
  about: 'pods',
  component: 'upgrade',
  feeds: 'Upgradeable',
  evidence:
    'The images of the running pods by name and digest, against the pod template of each workload; not asked during a rollout.',
  faults: ['UpgradeImageSkew', 'UpgradeImageDigestsDiffer', ...WORKLOAD_TROUBLES],
  applies: ({ workload }) => workload !== undefined,
  ask({ target, observed: { workload } }) {
    if (!workload.ok) return found(workloadUnseen(workload.fault));
    return ofEvery(workload.value, target, judgeImages);
  },
};

function judgeImages(workload: Workload): Answer {
  const { kind, name, image, rollingOut, lagging } = workload;
  if (rollingOut || lagging)
    return found({ code: 'NotAsked', detail: literal('not asked, because a rollout is under way') });
  const pods = runningPods(workload);
  if (pods.length === 0) return found({ code: 'NotAsked', detail: literal('not asked, because no pod is running') });
  const others = pods.filter((pod) => !isSame(imageOf(pod), image));
  const [other] = others;
  if (other !== undefined) {
    const run = others.length === 1 ? 'runs' : 'run';
    const words = `${others.length} of ${pods.length} pods ${run} ${lastPart(imageOf(other))}, ${kind} ${name} asks for ${lastPart(image)}`;
    return found({ code: 'UpgradeImageSkew', detail: sentence(words) });
  }
  const digests = new Set(pods.flatMap(({ containers: [first] }) => first?.digest ?? []));
  if (digests.size > 1) {
    const words = `${pods.length} pods run ${digests.size} different images under the name ${lastPart(image)}`;
    return found({ code: 'UpgradeImageDigestsDiffer', detail: sentence(words) });
  }
  return pass(sentence(`${pods.length} pods run ${lastPart(image)}`));
}

/** By name; one that is on its way out was replaced. */
function runningPods({ pods }: Workload): readonly Pod[] {
  return pods
    .filter(({ terminating, phase }) => !terminating && (phase === 'Running' || phase === 'Pending'))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Of the application's container. */
function imageOf({ containers: [first] }: Pod): string {
  return first?.image ?? '';
}

/** `core-daemon:1.30.0`: what admission may put before it (a mirror's registry and path) makes no other image. */
function lastPart(image: string): string {
  return image.slice(image.lastIndexOf('/') + 1);
}

interface Reference {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** An image with neither tag nor digest is `latest`. */
function parse(image: string): Reference {
  const [, name = '', tag, digest] = /^([^:@]*)(?::([^@]*))?(?:@(.*))?$/.exec(lastPart(image)) ?? [];
  return { name, tag: tag ?? (digest === undefined ? 'latest' : undefined), digest };
}

/** Admission may also add the digest of a tag: what only one of the two says is no difference. */
function isSame(left: string, right: string): boolean {
  const [a, b] = [parse(left), parse(right)];
  const fits = (x: string | undefined, y: string | undefined): boolean => x === undefined || y === undefined || x === y;
  return a.name === b.name && fits(a.tag, b.tag) && fits(a.digest, b.digest);
}
