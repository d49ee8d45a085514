// Events are one store with two faces: core v1 and events.k8s.io/v1. They are kept in the core form.
import { clone, textAt, type JsonObject, type KubeObject } from './json.ts';
import { invalid } from './status.ts';

/** Core name → events.k8s.io name; the order is that of events.k8s.io. */
const NAMES: readonly (readonly [core: string, modern: string])[] = [
  ['reportingComponent', 'reportingController'],
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

function renamed(object: KubeObject, apiVersion: string, pairs: readonly (readonly [string, string])[]): KubeObject {
  const next: JsonObject = {};
  const names = new Map(pairs);
  for (const [key, value] of Object.entries(object)) next[names.get(key) ?? key] = value;
  return { ...(next as KubeObject), apiVersion };
}

/** An event of either version in the form in which it is kept. */
export function toCoreEvent(object: KubeObject): KubeObject {
  const core =
    object.apiVersion === 'v1'
      ? clone(object)
      : renamed(
          object,
          'v1',
          NAMES.map(([one, other]) => [other, one]),
        );
  core['source'] ??= {};
  core['firstTimestamp'] ??= null;
  core['lastTimestamp'] ??= null;
  if (core['eventTime'] === undefined) core['eventTime'] = null;
  core['reportingComponent'] ??= '';
  core['reportingInstance'] ??= '';
  return core;
}

/** A kept event in the version that is asked for. */
export const fromCoreEvent = (object: KubeObject, group: string): KubeObject =>
  group === '' ? object : renamed(object, 'events.k8s.io/v1', NAMES);

/** @throws 422 when a modern event breaks a limit of events.k8s.io/v1 */
export function validateEvent(event: KubeObject, group: string): void {
  if (group === '') return;
  const causes = [];
  const require = (field: string): void => {
    if (textAt(event, field) === '') causes.push({ reason: 'FieldValueRequired', message: 'Required value', field });
  };
  require('reportingComponent');
  require('reportingInstance');
  require('action');
  require('reason');
  if (Buffer.byteLength(textAt(event, 'message')) > 1024)
    causes.push({
      reason: 'FieldValueInvalid',
      message: 'Invalid value: "": can have at most 1024 characters',
      field: 'message',
    });
  if (causes.length > 0) throw invalid('', 'Event', event.metadata.name ?? '', causes);
}
