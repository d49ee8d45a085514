// What may stay unanswered. A pass needs evidence, so each question that could have failed and was skipped has to be
// excused by what answers in its place; a contract test holds the gate to this table, both ways.
import { DATABASE_CHECKS } from '../questions/database/index.ts';

const ITS_CONNECTION = 'the connection is made, and a question that it then loses is a failure of its own';
const NO_WORKLOAD = 'a service that is reached by its URL has no workload here; its health is required';
const OTHER_QUESTION =
  'another question shows that the backend can be used; without any of them the gate stays shut for this target';
const FROM_OBSERVATION = 'it judges by the measure of an upgrade what another question observed, and that one counts';

/** `component/question`, and why a gate may pass without its answer. */
export const SPARED: Readonly<Record<string, string>> = {
  'service/workload': NO_WORKLOAD,
  'service/pool': 'metrics are shown by few; the health of the service is required, and speaks of its database',
  'service/logs': 'a log enriches what probes see; what it alone could tell is said of AlertsQuiet',
  ...Object.fromEntries(DATABASE_CHECKS.map(({ question }) => [`database/${question}`, ITS_CONNECTION])),
  'database/statements': ITS_CONNECTION,
  'database/migrations': 'a failed migration keeps its service from starting, whose health is required',
  'object-storage/reach': OTHER_QUESTION,
  'object-storage/list': OTHER_QUESTION,
  'object-storage/write': OTHER_QUESTION,
  'object-storage/region': 'a bucket of another region does not answer as it is asked',
  'object-storage/encryption': 'the vendor asks for none; whether the bucket answers is asked by others',
  'object-storage/versioning': 'the vendor asks for none; whether the bucket answers is asked by others',
  'key-management/state': OTHER_QUESTION,
  'key-management/sign': OTHER_QUESTION,
  'key-management/usage': 'a key that is not for signing does not sign, and has no state to tell',
  'key-management/public-key': 'nothing was seen before, or the key is described and may sign without being shown',
  'alerts/start': 'a pod that does not start is not Ready, which the workload and the health say',
  'alerts/signature': 'an alert that cannot hear makes AlertsQuiet Unknown; it says nothing of an upgrade',
  'upgrade/rollout': NO_WORKLOAD,
  'upgrade/images': NO_WORKLOAD,
  'upgrade/renamed-keys': 'what can be read does not tell old names from new ones; the values of the upgrade do',
  'upgrade/migrations': FROM_OBSERVATION,
  'upgrade/headroom': FROM_OBSERVATION,
  'upgrade/activity': FROM_OBSERVATION,
  'upgrade/replication': FROM_OBSERVATION,
  'upgrade/credentials': FROM_OBSERVATION,
  'upgrade/certificate': FROM_OBSERVATION,
  'upgrade/expiry': FROM_OBSERVATION,
};

/** The name by which a check stands in the table. */
export function evidenceName(component: string, question: string): string {
  return `${component}/${question}`;
}
