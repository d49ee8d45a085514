// Where Spring Boot serves its actuator, from its settings by name.
// https://docs.spring.io/spring-boot/reference/actuator/monitoring.html
import { canonical } from './setting-name.ts';

export interface Management {
  /** Undefined: that of the application. */
  readonly port: number | undefined;
  /** Of the whole of health. */
  readonly path: string;
  readonly scheme: 'https' | undefined;
}

/** What is read of a service's settings; nothing else of them is looked at. */
export const MANAGEMENT_SETTINGS = [
  'management.server.port',
  'management.server.ssl.enabled',
  'management.server.base-path',
  'management.endpoints.web.base-path',
  'management.endpoints.web.path-mapping.health',
  'server.servlet.context-path',
] as const;

const USUAL_PATH = '/actuator/health';

/**
 * What settings say of the management server; undefined where they leave everything as it is.
 *
 * @param settings by canonical name
 */
export function managementIn(settings: ReadonlyMap<string, string>): Management | undefined {
  const setting = (name: (typeof MANAGEMENT_SETTINGS)[number]): string | undefined => {
    const said = settings.get(canonical(name))?.trim();
    return said === undefined ? undefined : filled(said, settings);
  };
  const port = portOf(setting('management.server.port'));
  const endpoints = setting('management.endpoints.web.base-path') ?? '/actuator';
  const health = setting('management.endpoints.web.path-mapping.health') ?? 'health';
  // With a port of its own the management server has a base path of its own, and that of the application does not count.
  const before = setting(port === undefined ? 'server.servlet.context-path' : 'management.server.base-path') ?? '';
  const path = joined(before, endpoints, health);
  if (port === undefined && path === USUAL_PATH) return undefined;
  return { port, path, scheme: setting('management.server.ssl.enabled') === 'true' ? 'https' : undefined };
}

/** `${MANAGEMENT_PORT:9090}`: a setting of that name where it is known, else what stands behind the colon. */
function filled(said: string, settings: ReadonlyMap<string, string>): string {
  const [, name, otherwise] = /^\$\{([\w.-]{1,100})(?::([^{}]{0,100}))?\}$/.exec(said) ?? [];
  return name === undefined ? said : (settings.get(canonical(name)) ?? otherwise ?? '');
}

/** 0 and -1 stand for any port and none. */
function portOf(said: string | undefined): number | undefined {
  const port = said !== undefined && /^[0-9]{1,5}$/.test(said) ? Number(said) : 0;
  return port > 0 && port < 65_536 ? port : undefined;
}

function joined(...parts: readonly string[]): string {
  return `/${parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/')}`;
}
