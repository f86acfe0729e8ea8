// Kinds that several rooms ask for, and where the API has them.

import { formulaApiVersion } from '../formula/formula-object.ts'
import type { Resource } from './api-client.ts'

export const pods: Resource = { apiVersion: 'v1', plural: 'pods', namespaced: true }

export const configMaps: Resource = {
  apiVersion: 'v1',
  plural: 'configmaps',
  namespaced: true,
}

export const events: Resource = { apiVersion: 'v1', plural: 'events', namespaced: true }

export const secrets: Resource = {
  apiVersion: 'v1',
  plural: 'secrets',
  namespaced: true,
}

export const jobs: Resource = { apiVersion: 'batch/v1', plural: 'jobs', namespaced: true }

export const formulas: Resource = {
  apiVersion: formulaApiVersion,
  plural: 'formulas',
  namespaced: true,
}
