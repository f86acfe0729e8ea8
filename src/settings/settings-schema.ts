// The JSON Schema of the settings: what an administrator may write. `docs/reference/settings.schema.json` is
// printed from it.

import { imagePattern } from '../mutate/image-name.ts'
import { defaultUnpackLimits } from '../ware/unpack-limits.ts'

const image = { type: 'string', pattern: imagePattern, maxLength: 512 }
const path = { type: 'string', pattern: '^/[^\\u0000]*$' }
const quantity = {
  type: 'string',
  pattern: '^\\d{1,18}(\\.\\d{1,18})?([eE]\\d{1,2}|[numkMGTPE]|[KMGTPE]i)?$',
}
const resourceList = {
  type: 'object',
  additionalProperties: false,
  properties: { cpu: quantity, memory: quantity },
}

const count = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }

const { entries, bytes, pathBytes, ratio } = defaultUnpackLimits
const usualLimits = `${entries} entries, ${bytes / 1024 ** 3}Gi bytes, ${pathBytes} path bytes, ratio ${ratio}`

export const settingsSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://r2k8s.io/settings.schema.json',
  title: 'r2k8s settings',
  description:
    'ConfigMap r2k8s-settings in the namespace r2k8s-system, or --settings FILE',
  type: 'object',
  additionalProperties: false,
  properties: {
    agentImage: {
      ...image,
      description: 'image of the init container that fetches wares',
    },
    baseImage: {
      ...image,
      description:
        'image that rewritten containers run on; must hold no top-level directories of its own',
    },
    imagePullPolicy: {
      enum: ['Always', 'IfNotPresent', 'Never'],
      description: 'pull policy of both images',
    },
    ownership: {
      enum: ['auto', 'keep', 'flatten'],
      description:
        'whose the files of a root are: as in the ware (needs uid 0), the container’s user, or whichever the formula’s user asks for',
    },
    allowedPolicies: {
      type: 'array',
      items: { enum: ['routine', 'governor', 'sysad'] },
      uniqueItems: true,
      description:
        'policies that a formula may ask for; sysad makes containers privileged',
    },
    allowedHostPaths: {
      type: 'array',
      items: path,
      description: 'directories of the node below which mounts of a formula may lie',
    },
    allowSetid: {
      type: 'boolean',
      description: 'whether set-user-ID and set-group-ID bits survive unpacking',
    },
    warehouses: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      description: 'warehouse addresses asked after those of the formula, for every ware',
    },
    fetchResources: {
      type: 'object',
      additionalProperties: false,
      properties: { requests: resourceList, limits: resourceList },
      description: 'what the fetcher asks for, and its ceiling where the pod sets limits',
    },
    limits: {
      type: 'object',
      additionalProperties: false,
      properties: {
        entries: { ...count, description: 'files, directories and links of a ware' },
        bytes: {
          ...count,
          ...quantity,
          type: ['integer', 'string'],
          description: 'bytes of all files of a ware, as a number or a quantity ("64Gi")',
        },
        pathBytes: {
          ...count,
          description: 'bytes of one path, of one link target, of all xattrs of one file',
        },
        ratio: { ...count, description: 'unpacked bytes per byte of an archive' },
      },
      description: `how much a ware may hold; what is left out: ${usualLimits}`,
    },
  },
} as const
