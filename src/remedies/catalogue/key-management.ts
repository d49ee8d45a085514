// What to do about a signing key, in KMS or as a pair in a Secret.
import type { KEY_FAULTS } from '../../api/faults/key-management.ts';
import { aws, grant, kubectl, policy, shell } from '../command.ts';
import { remedy, type Remedy } from '../remedy.ts';
import { CERTIFICATE, EDIT_REPORT, RESOLVE, WHO_AM_I } from './lines.ts';

const DESCRIBE_KEY = aws`kms describe-key --key-id ${'key'}`;
const USE = policy('key', 'kms:Sign', 'kms:GetPublicKey', 'kms:DescribeKey');

export const KEY_REMEDIES = {
  KmsAddressUnresolved: remedy(
    'The endpoint has no address here. Correct endpoint or region of the key, or look at DNS.',
    RESOLVE,
    EDIT_REPORT,
  ),
  KmsUnreachable: remedy(
    'Nothing takes connections at the endpoint. See what stands between: proxy, firewall, NetworkPolicy, VPC endpoint.',
    DESCRIBE_KEY,
    kubectl`get networkpolicies`,
  ),
  KmsTimeout: remedy(
    'KMS does not answer in time. Look at what stands between, and at the status page of the provider.',
    DESCRIBE_KEY,
    kubectl`get networkpolicies`,
  ),
  KmsTlsFailed: remedy(
    'Look at the certificate of the endpoint. Renew it, or name its authority in caSecretRef of the key.',
    CERTIFICATE,
    EDIT_REPORT,
  ),
  KmsCertificateExpiring: remedy(
    'Have the certificate of the endpoint renewed before it ends: auth-vault could not sign afterwards.',
    CERTIFICATE,
  ),
  KmsCredentialsInvalid: remedy(
    'The access key is unknown, was deactivated, or its secret does not fit. See whether the Secret still holds the key in use, then restart auth-vault.',
    kubectl`get secret ${'secret'} -o jsonpath='{.metadata.managedFields[*].time}'`,
    WHO_AM_I,
  ),
  KmsAccessDenied: remedy(
    'The identity is known and may not use the key. Grant it in the key policy or in its own policy.',
    [grant('key'), USE],
    aws`kms get-key-policy --key-id ${'key'} --policy-name default`,
  ),
  KmsKeyMissing: remedy(
    'KMS answers and has no such key: a wrong id or alias, another account or region. Look which there are.',
    aws`kms list-aliases`,
    EDIT_REPORT,
  ),
  KmsKeyDisabled: remedy(
    'Find out who disabled the key and why; if it may be used, enable it. Tokens cannot be signed until then.',
    DESCRIBE_KEY,
    aws`kms enable-key --key-id ${'key'}`,
  ),
  KmsKeyPendingDeletion: remedy(
    'Stop the deletion now, then enable the key: a deleted key never comes back, and every token that it signed is lost with it.',
    aws`kms cancel-key-deletion --key-id ${'key'}`,
    aws`kms enable-key --key-id ${'key'}`,
  ),
  KmsKeyUnusable: remedy(
    'See the state of the key: Unavailable is its key store (CloudHSM, external), PendingImport its material, Creating passes.',
    DESCRIBE_KEY,
  ),
  KmsKeyUsageWrong: remedy(
    'A key for encryption cannot sign, and its usage cannot be changed. Make one for SIGN_VERIFY and give it to auth-vault and to this report.',
    DESCRIBE_KEY,
    aws`kms create-key --key-usage SIGN_VERIFY --key-spec ECC_SECG_P256K1`,
  ),
  KmsThrottled: remedy(
    'KMS asks to slow down. Look at request rates and quotas of the account; a longer spec.interval asks less often.',
  ),
  KmsServerError: remedy(
    'KMS itself fails: look at the status page of the provider, or at the log of the server that stands for it. Nothing in the configuration helps.',
    DESCRIBE_KEY,
  ),
  KmsAnswerInvalid: remedy(
    'What answers at the endpoint is no KMS: a proxy, a login page, a wrong port. Correct the endpoint.',
    shell`curl -sS -i ${'endpoint'}`,
    EDIT_REPORT,
  ),
  KmsQuestionNotPermitted: remedy(
    'Nothing fails. To have this asked as well, grant the action that the message names.',
    grant('key'),
  ),
  KmsDryRunIgnored: remedy(
    'Nothing to do: the state of the key tells. signTest: Never says that it is meant so.',
    EDIT_REPORT,
  ),
  KmsSignNotPermitted: remedy(
    "To have signing asked, grant it to the operator's own identity, or give the key credentialsSecretRef.",
    policy('key', 'kms:Sign'),
  ),
  KmsMaterialExpiring: remedy(
    'Import the key material again with a later end, or without one, before it ends.',
    DESCRIBE_KEY,
    aws`kms get-parameters-for-import --key-id ${'key'} --wrapping-algorithm RSAES_OAEP_SHA_256 --wrapping-key-spec RSA_4096`,
  ),
  KeyFingerprintMismatch: remedy(
    'Find out who changed the key before anything is restarted: every token now verifies with another key. If it was meant so, correct expectedFingerprint.',
    aws`kms get-public-key --key-id ${'key'}`,
    EDIT_REPORT,
  ),
  KeyFingerprintChanged: remedy(
    'Find out whether the rotation was meant. If it was, write the new fingerprint as expectedFingerprint; if not, treat it as a security incident.',
    aws`kms get-public-key --key-id ${'key'}`,
    EDIT_REPORT,
  ),
  KeyPairMismatch: remedy(
    'The Secret holds two halves of different pairs. Put the pair that belongs together back, and restart the services that use it.',
    kubectl`describe secret ${'secret'}`,
  ),
  KeyPairInvalid: remedy(
    'The Secret must hold a secp256k1 key pair in PEM: BEGIN PUBLIC KEY (no certificate) and its private key.',
    kubectl`describe secret ${'secret'}`,
    shell`openssl ecparam -name secp256k1 -genkey -noout -out private.pem && openssl ec -in private.pem -pubout -out public.pem`,
  ),
} as const satisfies Record<keyof typeof KEY_FAULTS, Remedy>;
