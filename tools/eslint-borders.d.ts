import type { Rule } from 'eslint'

export declare const borders: Rule.RuleModule
