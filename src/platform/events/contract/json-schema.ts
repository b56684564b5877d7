/** What of JSON Schema (draft 7) the contract is written in; further keywords are kept as they come. */
export interface JsonSchema {
  $id?: string;
  $schema?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  const?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  /** Values known today; a reader passes over others. */
  'x-extensible-enum'?: unknown[];
  [keyword: string]: unknown;
}
