// Commands that more than one remedy uses.
import { aws, kubectl, shell, type Line } from '../command.ts';

/** What the container that ended wrote last. */
export const LAST_LOG: Line = [
  kubectl`logs ${'pod'} -c ${'container'} --previous`,
  kubectl`logs ${'pod'} --previous`,
  kubectl`logs ${'kind'}/${'workload'} --tail=200`,
];

/** What the service writes now. */
export const LOG: Line = [kubectl`logs ${'pod'} --tail=200`, kubectl`logs ${'kind'}/${'workload'} --tail=200`];

/** The same, looked up in the guide. */
export const LOG_DIAGNOSED: Line = [
  kubectl`logs ${'pod'} --tail=2000 | recognize-health diagnose --service ${'service'}`,
  kubectl`logs ${'kind'}/${'workload'} --tail=2000 | recognize-health diagnose --service ${'service'}`,
];

/** Events of a pod stand at the end of its description. */
export const DESCRIBE: Line = [kubectl`describe pod ${'pod'}`, kubectl`describe ${'kind'}/${'workload'}`];

export const EVENTS: Line = kubectl`get events --sort-by=.lastTimestamp`;

export const PODS: Line = kubectl`get pods -o wide`;

/** The report as it is written, to correct it. */
export const EDIT_REPORT: Line = kubectl`edit healthreport ${'report'}`;

/** Which certificate the other side shows, and until when. */
export const CERTIFICATE: Line = shell`openssl s_client -connect ${'host'}:${'port'} -servername ${'host'} </dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName`;

export const DATABASE_CERTIFICATE: Line = shell`openssl s_client -starttls postgres -connect ${'host'}:${'port'} -servername ${'host'} </dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName`;

/** Whether the name is known to DNS; names of the cluster only from inside of it. */
export const RESOLVE: Line = shell`nslookup ${'host'}`;

/** As whom AWS sees whoever asks from here. */
export const WHO_AM_I: Line = aws`sts get-caller-identity`;
