import type { JsonSchema } from '../contract/json-schema.js';
import { html, type Html, prose } from './html.js';

interface Field {
  path: string;
  schema: JsonSchema;
  isRequired: boolean;
}

/** The properties of an object, those of its parts included, as rows of a table. */
export function schemaTable(schema: JsonSchema): Html {
  const rows = fieldsOf(schema, '').map(
    ({ path, schema: field, isRequired }) =>
      html`<tr>
        <th scope="row">
          <code>${path}</code>${isRequired ? undefined : html` <span class="optional">optional</span>`}
        </th>
        <td>${typeOf(field)}</td>
        <td>${meaningOf(field)}</td>
      </tr>`,
  );
  return html`<table>
    <thead>
      <tr>
        <th scope="col">name</th>
        <th scope="col">type</th>
        <th scope="col">meaning</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function fieldsOf({ properties = {}, required = [] }: JsonSchema, prefix: string): Field[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = prefix + name;
    const inner = schema.items ? fieldsOf(schema.items, `${path}[].`) : fieldsOf(schema, `${path}.`);
    return [{ path, schema, isRequired: required.includes(name) }, ...inner];
  });
}

function typeOf({ type, format, items }: JsonSchema): string {
  if (items) return `list of ${items.type === 'object' ? 'objects' : String(items.type)}`;
  return format ?? [type ?? 'anything'].flat().join(' or ');
}

function meaningOf(schema: JsonSchema): Html[] {
  const known = schema['x-extensible-enum']?.map((value) => html`<code>${String(value)}</code> `);
  const bounds = boundsOf(schema);
  return [
    ...(schema.description ? [html`${prose(schema.description)} `] : []),
    ...(bounds ? [html`<span class="bounds">${bounds}</span> `] : []),
    ...(known ? [html`<span class="known">known today: ${known}</span>`] : []),
  ];
}

function boundsOf(schema: JsonSchema): string | undefined {
  const { minimum, exclusiveMinimum, minLength, maxLength } = schema;
  if (schema.const !== undefined) return `always ${schema.const}`;
  if (exclusiveMinimum === 0) return '1 or more';
  if (minimum !== undefined) return `${minimum} or more`;
  if (minLength !== undefined && minLength === maxLength) return `${minLength} characters`;
  return undefined;
}
