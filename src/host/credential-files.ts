// What the files of a Secret with credentials are called: the readers of each take their names from here.

export type CredentialFile = (typeof credentialFiles)[number]

/** docs/wares.md says which warehouse each is for. */
export const credentialFiles = [
  'netrc',
  'token',
  'username',
  'password',
  '.dockerconfigjson',
  'config.json',
  'ca.crt',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_S3',
  'GS_ACCESS_KEY_ID',
  'GS_SECRET_ACCESS_KEY',
  'GS_SESSION_TOKEN',
  'R2K8S_S3_ENDPOINT',
  'R2K8S_GS_ENDPOINT',
  'R2K8S_WAREHOUSE_TOKEN',
] as const
