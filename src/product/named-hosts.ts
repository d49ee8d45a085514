// Which services a setting leads to: the host of a URL, or a host alone where the setting's name says that it is one.
import type { Service } from '../api/components.ts';
import { recogniseServiceName } from './recognition.ts';

export interface NamedHost {
  readonly service: Service;
  /** The namespace in the name, where there is one. */
  readonly namespace?: string;
}

/** URLs of what services call each other by; a database or a broker that carries a service's name is none of them. */
const URL_HOST =
  /(?:^|[\s,;"'=([])(?:https?|h2c?|grpcs?|wss?|lb|dns|tcp):\/{2,3}(?:[^/@\s"',;]*@)?([a-z0-9][a-z0-9.-]{0,252})/gi;
const HOST_SETTING = /(?:host|hostname|addr|address|authority|endpoint|target|server|url|uri)$/i;
const OF_OTHERS = /db|data-?_?\.?(?:base|source)|postgres|jdbc|redis|kafka|smtp|mail|s3|bucket|kms|proxy/i;
const HOST_ALONE = /^([a-z0-9][a-z0-9.-]{0,252})(?::[0-9]{1,5})?(?:\/\S{0,200})?$/i;

/**
 * Each service that a text leads to. The host's first part is what counts, and a host of the internet is none of ours.
 *
 * @param setting name of the setting whose value it is; undefined for a text of any kind
 */
export function hostsNamed(text: string, setting?: string): readonly NamedHost[] {
  const hosts = [...text.matchAll(URL_HOST)].map(([, host = '']) => host);
  if (setting !== undefined && HOST_SETTING.test(setting) && !OF_OTHERS.test(setting))
    hosts.push(HOST_ALONE.exec(text.trim())?.[1] ?? '');
  return hosts.flatMap((host) => {
    const [name = '', namespace, ...rest] = host.toLowerCase().split('.');
    // `name`, `name.namespace`, `name.namespace.svc…`
    const isOfCluster = rest.length === 0 || rest[0] === 'svc';
    const service = isOfCluster ? recogniseServiceName(name)?.service : undefined;
    if (service === undefined) return [];
    return [namespace === undefined || namespace === '' ? { service } : { service, namespace }];
  });
}
