import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createHttpClient } from '../../../src/http/http-client.ts'
import { parseImageReference } from '../../../src/transfer/image/image-reference.ts'
import type { ImageContext } from '../../../src/transfer/image/image-source.ts'
import { openImage } from '../../../src/transfer/image/open-image.ts'
import { listen } from '../../warehouse/oci/listen.ts'
import {
  digestOf,
  flatten,
  imageContext,
  layerOf,
  makeLayout,
  scratchDirectory,
  tagged,
} from './images.ts'

async function listImage(reference: string, more: Partial<ImageContext> = {}) {
  const context = imageContext({ platform: 'linux/amd64', ...more })
  const image = await openImage(reference, context)
  try {
    return await flatten(image)
  } finally {
    await image.close()
  }
}

const index = 'application/vnd.oci.image.index.v1+json'

function withPlatform(descriptor: object, platform: string): object {
  const [os, architecture, variant] = platform.split('/')
  return { ...descriptor, platform: { os, architecture, variant } }
}

function tarOf(directory: string): string {
  const path = join(scratchDirectory(), 'image.tar')
  execFileSync('tar', ['-cf', path, '-C', directory, '.'])
  return path
}

describe('an OCI layout', () => {
  test('is opened by its only image, by tag and by digest', async () => {
    const { directory, putImage, finish } = makeLayout()
    const one = putImage('linux/amd64', layerOf('one'))
    finish(tagged(one, 'v1'))
    expect(await listImage(`oci:${directory}`)).toEqual(['./', 'one'])
    expect(await listImage(`oci:${directory}:v1`)).toEqual(['./', 'one'])
    expect(await listImage(`oci:${directory}@${one.digest}`)).toEqual(['./', 'one'])
  })

  test('that has several images needs a tag', async () => {
    const { directory, putImage, finish } = makeLayout()
    const one = tagged(putImage('linux/amd64', layerOf('one')), 'v1')
    const two = tagged(putImage('linux/amd64', layerOf('two')), 'v2')
    finish(one, two)
    expect(await listImage(`oci:${directory}:v2`)).toEqual(['./', 'two'])
    await expect(listImage(`oci:${directory}`)).rejects.toMatchObject({
      code: 'usage',
      problems: [{ hints: ['it has "v1", "v2"'] }],
    })
    await expect(listImage(`oci:${directory}:v3`)).rejects.toMatchObject({
      code: 'ware-not-found',
    })
  })

  test('is opened from an archive, compressed or not', async () => {
    const { directory, putImage, finish } = makeLayout()
    finish(tagged(putImage('linux/amd64', layerOf('one')), 'v1'))
    const archive = tarOf(directory)
    expect(await listImage(`oci-archive:${archive}:v1`)).toEqual(['./', 'one'])
    execFileSync('gzip', [archive])
    expect(await listImage(`oci-archive:${archive}.gz`)).toEqual(['./', 'one'])
  })

  test.each([
    ['linux/amd64', 'amd64'],
    ['linux/arm/v6', 'v6'],
    ['linux/arm', 'v6'],
    ['linux/arm64', 'arm64'],
    ['windows/amd64', 'windows'],
  ])('gives of its platforms that of %s', async (platform, name) => {
    const { directory, put, putImage, finish } = makeLayout()
    const offers = [
      ['unknown/unknown', 'signature'],
      ['windows/amd64', 'windows'],
      ['linux/arm/v7', 'v7'],
      ['linux/arm/v6', 'v6'],
      ['linux/arm64/v8', 'arm64'],
      ['linux/amd64', 'amd64'],
    ].map(([offered = '', file = '']) =>
      withPlatform(putImage(offered, layerOf(file)), offered),
    )
    finish(put(index, { schemaVersion: 2, manifests: offers }))
    expect(await listImage(`oci:${directory}`, { platform })).toEqual(['./', name])
  })

  test('says for which platforms it is', async () => {
    const { directory, put, putImage, finish } = makeLayout()
    const arm = withPlatform(putImage('linux/arm64', layerOf('f')), 'linux/arm64')
    const other = withPlatform(
      putImage('unknown/unknown', layerOf('f')),
      'unknown/unknown',
    )
    finish(put(index, { schemaVersion: 2, manifests: [arm, other] }))
    await expect(listImage(`oci:${directory}`)).rejects.toMatchObject({
      problems: [
        {
          code: 'ware-not-found',
          why: 'the image is not for linux/amd64',
          hints: ['choose with --platform: "linux/arm64"'],
        },
      ],
    })
  })

  test('for one other platform is refused when one was asked for, else warned of', async () => {
    const { directory, putImage, finish } = makeLayout()
    finish(putImage('plan9/mips', layerOf('f')))
    await expect(listImage(`oci:${directory}`)).rejects.toThrow(/is for "plan9\/mips"/)
    const context = imageContext()
    await openImage(`oci:${directory}`, context)
    expect(context.events).toMatchObject([{ level: 'warn' }])
  })

  test('whose layer was changed gives nothing', async () => {
    const { directory, putImage, finish } = makeLayout()
    finish(putImage('linux/amd64', layerOf('f=x')))
    const blob = digestOf(gzipSync(layerOf('f=x'))).replace(':', '/')
    writeFileSync(join(directory, 'blobs', blob), gzipSync(layerOf('f=y')))
    await expect(listImage(`oci:${directory}`)).rejects.toThrow(
      /cannot import the image: layer 1 of 1 \(sha256:[0-9a-f]+\): /,
    )
  })

  test('is checked up to the last byte, also behind the end of the archive', async () => {
    const { directory, put, finish } = makeLayout()
    const bytes = (tail: string) =>
      Buffer.concat([layerOf('f=x'), Buffer.from(tail.repeat(1_000_000))])
    const layer = put('application/vnd.oci.image.layer.v1.tar', bytes('a'))
    finish(put('x', { config: put('x', {}), layers: [layer] }))
    expect(await listImage(`oci:${directory}`)).toEqual(['./', 'f=x'])
    writeFileSync(join(directory, 'blobs', layer.digest.replace(':', '/')), bytes('b'))
    await expect(listImage(`oci:${directory}`)).rejects.toThrow(/its digest is sha256:/)
  })

  test.each<[string, (layout: ReturnType<typeof makeLayout>) => void, RegExp]>([
    ['has no index', () => undefined, /has no index\.json/],
    [
      'names nothing',
      ({ finish }) => {
        finish()
      },
      /nor for any other/,
    ],
    [
      'names a digest that leads elsewhere',
      ({ finish }) => {
        finish({ mediaType: 'x', digest: 'sha256:../../x', size: 1 })
      },
      /nor for any other/,
    ],
    [
      'names a blob that is missing',
      ({ finish, putImage }) => {
        finish({ ...putImage('linux/amd64'), digest: digestOf(Buffer.from('gone')) })
      },
      /has no sha256:/,
    ],
    [
      'is an index within itself, as far as one can go',
      ({ finish, put, putImage }) => {
        let inner: object = putImage('linux/amd64')
        for (let i = 0; i < 5; i++) {
          inner = put(index, { manifests: [withPlatform(inner, 'linux/amd64')] })
        }
        finish(inner)
      },
      /more than 3 indexes/,
    ],
    [
      'holds something else than an image',
      ({ finish, put }) => {
        const blob = put('application/vnd.cncf.helm.chart.content.v1', Buffer.from('x'))
        finish(put('x', { config: put('x', {}), layers: [blob] }))
      },
      /is none of an image/,
    ],
  ])('that %s is refused', async (_, fill, why) => {
    const layout = makeLayout()
    fill(layout)
    await expect(listImage(`oci:${layout.directory}`)).rejects.toThrow(why)
  })

  test('has blobs that may be links, and none that are pipes', async () => {
    const { directory, putImage, finish } = makeLayout()
    finish(putImage('linux/amd64', layerOf('f')))
    const moved = scratchDirectory()
    symlinkSync(directory, join(moved, 'link'))
    expect(await listImage(`oci:${join(moved, 'link')}`)).toEqual(['./', 'f'])
    execFileSync('mkfifo', [join(moved, 'index.json')])
    await expect(listImage(`oci:${moved}`)).rejects.toThrow(/is no regular file/)
  })
})

describe('an archive of docker', () => {
  function saveImages(images: readonly { tags: string[]; layers: Buffer[] }[]): string {
    const directory = scratchDirectory()
    const manifest = images.map(({ tags, layers }, i) => {
      const config = {
        os: 'linux',
        architecture: 'amd64',
        rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
      }
      writeFileSync(join(directory, `${i}.json`), JSON.stringify(config))
      const paths = layers.map((layer, j) => {
        mkdirSync(join(directory, `${i}-${j}`))
        const path = join(`${i}-${j}`, 'layer.tar')
        if (j > 0 && layer === layers[0]) {
          symlinkSync(`../${i}-0/layer.tar`, join(directory, path))
        } else writeFileSync(join(directory, path), layer)
        return path
      })
      return { Config: `${i}.json`, RepoTags: tags, Layers: paths }
    })
    writeFileSync(join(directory, 'manifest.json'), JSON.stringify(manifest))
    return tarOf(directory)
  }

  test('is opened by its only image or by name, with layers that occur twice', async () => {
    const layer = layerOf('a=x')
    const path = saveImages([
      { tags: ['app:1'], layers: [layer, layerOf('.wh.a', 'b'), layer] },
    ])
    for (const name of ['', ':app:1', ':docker.io/library/app:1']) {
      expect(await listImage(`docker-archive:${path}${name}`)).toEqual(['./', 'a=x', 'b'])
    }
  })

  test('that has several images needs a name', async () => {
    const path = saveImages([
      { tags: ['app:latest'], layers: [layerOf('a')] },
      { tags: ['other:2'], layers: [layerOf('b')] },
    ])
    expect(await listImage(`docker-archive:${path}:app`)).toEqual(['./', 'a'])
    await expect(listImage(`docker-archive:${path}`)).rejects.toMatchObject({
      problems: [{ code: 'usage', hints: ['it has "app:latest", "other:2"'] }],
    })
    await expect(listImage(`docker-archive:${path}:none`)).rejects.toMatchObject({
      code: 'ware-not-found',
    })
  })

  test('may be an OCI layout inside', async () => {
    const { directory, putImage, finish } = makeLayout()
    finish(putImage('linux/amd64', layerOf('one')))
    expect(await listImage(`docker-archive:${tarOf(directory)}`)).toEqual(['./', 'one'])
  })
})

describe('a registry', () => {
  test('gives the layers of the platform, by tag and by digest', async () => {
    const blobs = new Map<string, Buffer>()
    const put = (mediaType: string, bytes: Buffer) => {
      const digest = digestOf(bytes)
      blobs.set(digest, bytes)
      return { mediaType, digest, size: bytes.length }
    }
    const json = (mediaType: string, value: object) =>
      put(mediaType, Buffer.from(JSON.stringify(value)))
    const manifest = json('application/vnd.docker.distribution.manifest.v2+json', {
      config: json('x', { os: 'linux', architecture: 'amd64' }),
      layers: [
        put(
          'application/vnd.docker.image.rootfs.diff.tar.gzip',
          gzipSync(layerOf('f=x')),
        ),
      ],
    })
    const list = json('application/vnd.docker.distribution.manifest.list.v2+json', {
      manifests: [withPlatform(manifest, 'linux/amd64')],
    })
    const server = createServer(({ url = '' }, response) => {
      const name = decodeURIComponent(url.split('/').at(-1) ?? '')
      const body = blobs.get(name === 'v1' ? list.digest : name)
      if (body === undefined || !url.startsWith('/v2/team/app/'))
        response.statusCode = 404
      response.end(body)
    })
    const origin = await listen(server)
    const client = createHttpClient({ env: {}, userAgent: 'test' })
    onTestFinished(async () => {
      await client.close()
      server.close()
    })
    const name = `${origin.replace('http://', '')}/team/app`
    const { send } = client
    expect(await listImage(`${name}:v1`, { send })).toEqual(['./', 'f=x'])
    expect(await listImage(`docker://${name}@${list.digest}`, { send })).toEqual([
      './',
      'f=x',
    ])
    await expect(listImage(`${name}:v2`, { send })).rejects.toMatchObject({
      code: 'ware-not-found',
    })
  })
})

const digest = `sha256:${'0'.repeat(64)}`

test.each<[string, object]>([
  [
    'alpine',
    { registry: 'docker.io', repository: 'library/alpine', reference: 'latest' },
  ],
  ['a/b:1', { registry: 'docker.io', repository: 'a/b', reference: '1' }],
  ['docker.io/alpine', { registry: 'docker.io', repository: 'library/alpine' }],
  ['localhost/a', { registry: 'localhost', repository: 'a', reference: 'latest' }],
  [
    'r.example:5000/a/b:v1',
    { registry: 'r.example:5000', repository: 'a/b', reference: 'v1' },
  ],
  ['docker://r.example/a', { registry: 'r.example', repository: 'a' }],
  [`r.example/a:v1@${digest}`, { repository: 'a', reference: digest }],
  ['oci:/a/b:v1', { kind: 'layout', path: '/a/b', wanted: 'v1' }],
  ['oci:a', { kind: 'layout', path: 'a', wanted: undefined }],
  [`oci:a@${digest}`, { kind: 'layout', path: 'a', wanted: digest }],
  ['oci-archive:a.tar', { kind: 'layout-archive', path: 'a.tar', wanted: undefined }],
  [
    'docker-archive:a.tar:r.example:5000/a:1',
    { kind: 'docker-archive', path: 'a.tar', wanted: 'r.example:5000/a:1' },
  ],
])('takes %s for an image', (text, expected) => {
  expect(parseImageReference(text)).toMatchObject(expected)
})

test.each([
  ['', /names no image/],
  ['https://r.example/a', /unknown form/],
  ['r.example/A', /no "registry\/repository:tag"/],
  ['r.example/../a', /no "registry\/repository:tag"/],
  ['r.example/a@sha256:1', /no digest/],
  ['https://user:hunter2@r.example/a', /^(?!.*hunter2).*unknown form/],
  ['user:hun@ter2@r.example/a', /^(?!.*ter2).*no digest/],
  ['a:b c', /no tag/],
  ['oci:', /names no path/],
  ['-x/a', /no "registry\/repository:tag"/],
])('takes %j for no image', (text, why) => {
  expect(() => parseImageReference(text)).toThrow(why)
})
