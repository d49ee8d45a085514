// The rights that the operator's account lacks, all at once: every call that the code can make is asked for.
import type { ApiFault } from '../kube/api-fault.ts';
import { accountName, mayCall, whoAmI, type Subject } from '../kube/access-review.ts';
import type { KubeApi } from '../kube/call.ts';
import type { LeaseAt } from '../kube/lease.ts';
import { type ApiRule, describeCall, type ResourceRule, RULES } from '../kube/rules.ts';
import { redact, type SafeText } from '../runtime/safe-text.ts';
import { semaphore } from '../runtime/semaphore.ts';
import { isRecord } from '../runtime/is-record.ts';

/** A call that would be refused. */
export interface MissingRight {
  /** `list pods in namespace recognize`. */
  readonly call: SafeText;
  /** What the operator needs it for. */
  readonly why: string;
  /** Without it some questions have no answer; without the others nothing is examined at all. */
  readonly isVital: boolean;
}

export interface RightsSeen {
  /** As RBAC writes it. */
  readonly account: SafeText;
  readonly missing: readonly MissingRight[];
  readonly asked: number;
  /** Why some could not be asked for; undefined when all were. */
  readonly fault: ApiFault | undefined;
}

/** What the operator may need where. */
export interface Wanted {
  readonly account: { readonly namespace: string; readonly name: string };
  readonly lease: LeaseAt;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  /** Of every report that was seen: its namespace, and the names of the Secrets that its spec refers to. */
  readonly secrets: readonly { readonly namespace: string; readonly name: string }[];
}

interface Question {
  readonly rule: ResourceRule;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

const AT_ONCE = 5;

/** Asks for every right, with the operator's own reviews when it is the operator's account that asks. */
export async function rightsOf(api: KubeApi, wanted: Wanted, signal: AbortSignal): Promise<RightsSeen> {
  const name = accountName(wanted.account);
  const subject: Subject =
    (await whoAmI(api, signal)) === name ? { kind: 'self' } : { kind: 'account', ...wanted.account };
  const places = semaphore(AT_ONCE);
  let fault: ApiFault | undefined;
  const allowed = (question: Question): Promise<boolean | undefined> =>
    places.run(signal, async () => {
      // Whoever may not ask once may not ask forty times.
      if (fault !== undefined) return undefined;
      const answer = await mayCall(api, subject, question.rule, question, signal);
      if (answer.ok) return answer.value;
      fault = answer.fault;
      return undefined;
    });
  const questions = questionsOf(wanted);
  const answers = await Promise.all(questions.map(async (question) => ({ question, answer: await allowed(question) })));
  const refused = answers.filter(({ answer }) => answer === false).map(({ question }) => question);
  const missing = await Promise.all(refused.map((question) => unlessByName(question, wanted, allowed)));
  return {
    account: redact(name),
    missing: missing.flat().map(missingRight),
    asked: answers.filter(({ answer }) => answer !== undefined).length,
    fault,
  };
}

/** Every call of the operator, where it would make it. Groups that need not be there are left out. */
function questionsOf({ lease, namespaces }: Wanted): readonly Question[] {
  const everywhere: readonly (string | undefined)[] = namespaces.length === 0 ? [undefined] : namespaces;
  return Object.values<ApiRule>(RULES).flatMap((rule): readonly Question[] => {
    if (rule.kind === 'path' || rule.optional === true || !rule.callers.includes('operator')) return [];
    switch (rule.where) {
      case 'reports':
        return everywhere.map((namespace) => ({ rule, namespace }));
      case 'own':
        return [{ rule, namespace: lease.namespace, ...(rule.verb === 'create' ? {} : { name: lease.name }) }];
      case 'cluster':
        return [{ rule, name: rule.names?.[0] }];
      // Needed where the endpoints ask who asks, and granted there alone.
      case 'endpoints':
        return [];
    }
  });
}

/** Secrets may be granted one by one: then those that reports refer to are asked for. */
async function unlessByName(
  question: Question,
  { secrets }: Wanted,
  allowed: (question: Question) => Promise<boolean | undefined>,
): Promise<readonly Question[]> {
  if (question.rule !== RULES.getSecret) return [question];
  const named = secrets.filter(({ namespace }) => question.namespace === undefined || namespace === question.namespace);
  const answers = await Promise.all(
    named.map(async ({ namespace, name }) => {
      const byName = { rule: question.rule, namespace, name };
      return { byName, answer: await allowed(byName) };
    }),
  );
  return answers.filter(({ answer }) => answer === false).map(({ byName }) => byName);
}

function missingRight({ rule, namespace, name }: Question): MissingRight {
  const isVital = rule.where === 'own' || rule.resource === RULES.getReport.resource;
  return {
    call: redact(describeCall(rule, { namespace, name })),
    why: rule.why,
    isVital,
  };
}

/** The names under every `…SecretRef` of a spec, whatever else is in it. */
export function secretNames(spec: unknown): readonly string[] {
  if (Array.isArray(spec)) return spec.flatMap(secretNames);
  if (!isRecord(spec)) return [];
  return Object.entries(spec).flatMap(([key, value]) => {
    const inner = secretNames(value);
    const isReference = /secretref$/i.test(key) && isRecord(value) && typeof value['name'] === 'string';
    return isReference ? [String(value['name']), ...inner] : inner;
  });
}
