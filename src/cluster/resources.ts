// Kinds that several rooms ask for, and where the API has them.

import { formulaApiVersion } from '../formula/formula-object.ts'
import type { Resource } from './api-client.ts'

export const pods: Resource = { apiVersion: 'v1', plural: 'pods', namespaced: true }

export const configMaps: Resource = {
  apiVersion: 'v1',
  plural: 'configmaps',
  namespaced: true,
}

export const formulas: Resource = {
  apiVersion: formulaApiVersion,
  plural: 'formulas',
  namespaced: true,
}
