// The resources that are questions: access reviews, who am I, tokens for service accounts.
import { managerOf, type Answer, type Call, type Cluster } from './cluster.ts';
import { decodeObject } from './decode.ts';
import {
  isObject,
  listAt,
  objectAt,
  textAt,
  textsAt,
  timestamp,
  valueAt,
  type JsonObject,
  type KubeObject,
} from './json.ts';
import { isAllowed, reviewed, rulesFor, type User } from './rbac.ts';
import { found } from './read.ts';
import type { Resource } from './resources.ts';

const answered = (call: Call, given: KubeObject, status: JsonObject): Answer => ({
  status: 201,
  body: { ...given, metadata: { ...given.metadata, managedFields: managedFields(call, given) }, status },
});

const managedFields = (call: Call, given: KubeObject): JsonObject[] => [
  {
    manager: managerOf(call),
    operation: 'Update',
    apiVersion: given.apiVersion,
    time: timestamp(),
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': {} },
  },
];

function rules(cluster: Cluster, user: User, namespace: string): JsonObject {
  const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  const all = user.groups.includes('system:masters') ? [everything] : rulesFor(cluster.store, user, namespace);
  return {
    resourceRules: all.filter((rule) => listAt(rule, 'resources').length > 0),
    nonResourceRules: all.filter((rule) => listAt(rule, 'nonResourceURLs').length > 0),
    incomplete: false,
  };
}

/** Answer a create of a review, or undefined where the resource is none. */
export function reviewAnswer(cluster: Cluster, call: Call, resource: Resource): Answer | undefined {
  const given = (): KubeObject => decodeObject(call, resource);
  switch (resource.plural) {
    case 'selfsubjectaccessreviews': {
      const object = given();
      return answered(call, object, { allowed: isAllowed(cluster.store, call.user, reviewed(object['spec'])) });
    }
    case 'subjectaccessreviews':
    case 'localsubjectaccessreviews': {
      const object = given();
      const user = { name: textAt(object, 'spec', 'user'), groups: textsAt(object, 'spec', 'groups') };
      return answered(call, object, { allowed: isAllowed(cluster.store, user, reviewed(object['spec'])) });
    }
    case 'selfsubjectrulesreviews': {
      const object = given();
      return answered(call, object, rules(cluster, call.user, textAt(object, 'spec', 'namespace')));
    }
    case 'selfsubjectreviews':
      return answered(call, given(), { userInfo: { username: call.user.name, groups: call.user.groups } });
    case 'tokenreviews': {
      const object = given();
      const user = cluster.tokens.userOf(`Bearer ${textAt(object, 'spec', 'token')}`);
      return answered(
        call,
        object,
        user === undefined
          ? { user: {}, error: '[invalid bearer token]' }
          : { authenticated: true, user: { username: user.name, groups: user.groups } },
      );
    }
    default:
      return undefined;
  }
}

/** serviceaccounts/token: a token for the account, for an hour unless asked otherwise (seconds, UTC). */
export function tokenAnswer(cluster: Cluster, call: Call, resource: Resource): Answer {
  const account = found(cluster, call, resource);
  const body: unknown = call.body === '' ? {} : JSON.parse(call.body);
  const seconds = Number(valueAt(body, 'spec', 'expirationSeconds') ?? 3600);
  const expires = new Date(Date.now() + seconds * 1000);
  const token = cluster.tokens.issueFor(account.metadata.namespace ?? '', account.metadata.name ?? '', expires);
  return {
    status: 201,
    body: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: account.metadata.name, namespace: account.metadata.namespace },
      spec: { expirationSeconds: seconds, ...(isObject(body) ? objectAt(body, 'spec') : {}) },
      status: { token, expirationTimestamp: timestamp(expires) },
    },
  };
}
