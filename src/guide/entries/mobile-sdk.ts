// Mobile SDK: every code of the guide, iOS before Android where one code means two things.
// An application handles these codes itself and never shows them to its users; no probe of ours leads here.
import type { Entry } from '../entry.ts';

/** What every SDK row has in common. */
function sdk(code: string, title: string, cause: string, nextSteps: string, platform?: 'ios' | 'android'): Entry {
  return {
    id: platform === undefined ? `SDK-${code}` : `SDK-${code}-${platform.toUpperCase()}`,
    section: 'mobile-sdk',
    title,
    cause,
    nextSteps,
    anchor: 'mobile-sdk',
    source: 'guide',
    claims: [],
    signatures: [],
    reach: 'explain',
    code,
    platform,
  };
}

export const MOBILE_SDK_ENTRIES: readonly Entry[] = [
  sdk(
    '30000',
    'spoofing',
    'The liveness pipeline of the biometric SDK could not confirm that the authentication attempt was genuine.',
    'Let the user try again, in a place with proper lighting and with nothing that covers the face or the camera.',
  ),
  sdk(
    '30001',
    'timeout',
    'The liveness pipeline of the biometric SDK could not confirm that a real person was in front of the camera.',
    'Let the user try again, in a place with proper lighting and with nothing that covers the face or the camera.',
  ),
  sdk(
    '30002',
    'maskDetected',
    "The biometric SDK saw a mask, or something else that covers parts of the user's face.",
    'Let the user try again, in a place with proper lighting and with nothing that covers the face or the camera.',
  ),
  sdk(
    '30003',
    'userCancelled',
    'The user canceled the action.',
    "Do not show it as an error: it was the user's own choice. Go back to the screen from which the PingOne Recognize SDK was started.",
  ),
  sdk(
    '30004',
    'faceNotMatching',
    'The biometric SDK could not confirm that the face in front of the camera is that of the enrolled user.',
    'Let the user try again. If it keeps happening, re-enroll the user on the mobile SDK client side: with client shared state, synchronize the original user face again with `withTemporaryState` (Client State, https://docs.pingidentity.com/recognize/mobile-sdk/mobile-sdk-enrollment.html); without client state, use plain enrollment (Enrollment, https://docs.pingidentity.com/recognize/mobile-sdk/mobile-sdk-enrollment.html).',
  ),
  sdk(
    '30006',
    'deviceTampered',
    'The device of the user is rooted or jailbroken.',
    'Tell the user that a non-official operating system was detected. Either disable this check (it is optional) or require a device that was not modified.',
  ),
  sdk(
    '30007',
    'User lockedOut',
    'Too many consecutive authentication attempts of this user failed.',
    'Tell the user that the rate limit is reached; the SDK provides the remaining lockout time. The policy is configurable (Lockout Policy, https://docs.pingidentity.com/recognize/mobile-sdk/mobile-sdk-lockout-policy.html).',
  ),
  sdk(
    '20000',
    'userNotEnrolled',
    'An action that needs authentication, or a de-enrollment, was started while nobody is enrolled.',
    'Call authentication and de-enrollment only when an enrolled user exists.',
  ),
  sdk(
    '20001',
    'userAlreadyEnrolled',
    'Another user was to be enrolled on a device that is already connected to an enrolled user.',
    'Ask `validateUserAndDeviceActive` first whether a user is already enrolled on the device.',
  ),
  sdk(
    '20002',
    'storageFailed',
    'FileManager could not handle the PingOne Recognize folder.',
    'Make sure that the storage of the device can be read and written.',
    'ios',
  ),
  sdk(
    '20002',
    'sdkNotConfigured',
    '`Keyless.configure` was not called.',
    'Configure the mobile SDK, then repeat the action.',
    'android',
  ),
  sdk(
    '20003',
    'keychainFailed',
    'Keychain could not delete the device key (`coreDatabaseSymmetricKey`).',
    'If it persists, contact PingOne Recognize support.',
    'ios',
  ),
  sdk(
    '20003',
    'invalidBackupData',
    'Core returned invalid `backupData` during `generate_backup`, or saved data could not be read from iCloud or Drive.',
    'Generate the backup again to see whether it can be parsed.',
    'android',
  ),
  sdk(
    '20004',
    'extractingEmbeddingsFailed',
    'Generic error that wraps errors of the biometric SDK.',
    'Repeat the action.',
    'ios',
  ),
  sdk(
    '20004',
    'invalidBackupKey',
    'Core returned an invalid `backupKey` during `generate_backup`, or saved data could not be read from Drive or iCloud.',
    'Make sure that the backup key passed to the mobile SDK is valid.',
    'android',
  ),
  sdk(
    '20005',
    'configurationFailed',
    'The configuration failed.',
    'Make sure that there is enough disk space to write the configuration file.',
    'ios',
  ),
  sdk('20006', 'invalidAPIKey', 'The API key is not valid.', 'Make sure that you use a valid SDK key.'),
  sdk('20007', 'notEnoughAPIKeySeats', 'The API key is not valid.', 'Make sure that you use a valid SDK key.', 'ios'),
  sdk('20008', 'operationFailed', 'The core action dequeue failed.', 'Check the service logs, then retry.'),
  sdk(
    '20010',
    'invalidUserInfo',
    '`userInfo` cannot be read or is invalid.',
    'Validate the user info payload before you call the SDK.',
    'ios',
  ),
  sdk(
    '20010',
    'configurationFailed',
    'The configuration failed.',
    'Make sure that there is enough disk space to write the configuration file.',
    'android',
  ),
  sdk('20012', 'invalidAPIKey', 'The API key is not valid.', 'Make sure that you use a valid SDK key.'),
  sdk(
    '20013',
    'notEnoughAPIKeySeats',
    'The API key was misused.',
    'Make sure that you use a valid SDK key.',
    'android',
  ),
  sdk(
    '20017',
    'deviceDataCorrupted',
    'A multidevice field is misconfigured.',
    'If it persists, remove the second device and add it again.',
  ),
  sdk(
    '20019',
    'invalidUserInfo',
    '`userInfo` cannot be read or is invalid.',
    'Validate the user info payload, then retry.',
    'android',
  ),
  sdk(
    '20150',
    'sdkDynamicLinkingMalformedPayload',
    'The payload does not conform to the JSON schema.',
    'Validate the shape of the payload before it goes to the SDK.',
  ),
];
