import type { AsyncApiDocument, Channel, Message } from '../contract/asyncapi-document.js';
import type { JsonSchema } from '../contract/json-schema.js';
import { howToConsume } from './how-to-consume.js';
import { html, Html, prose } from './html.js';
import { pageStyle } from './page-style.js';
import { schemaTable } from './schema-table.js';

const dayMs = 24 * 3600 * 1000;

/** The AsyncAPI document for people: one page without scripts, made from the document alone. */
export function eventsPage(document: AsyncApiDocument, prefix: string): string {
  const channels = Object.values(document.channels).map((channel) => ({
    ...channel,
    address: channel.address.replace('{prefix}', prefix),
    named: Object.keys(channel.messages).flatMap((name) => document.components.messages[name] ?? []),
  }));
  const { title, description } = document.info;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${new Html(`<style>${pageStyle}</style>`)}
      </head>
      <body>
        <div class="page">
          <nav aria-label="Contents">
            <a href="#how-to-consume">How to consume</a><a href="#headers">Headers</a>
            ${channels.map(({ address, named }) => html`<a class="topic" href="#${address}">${address}</a>${named.map(({ name }) => html`<a href="#${name}">${name}</a>`)}`)}
          </nav>
          <main>
            <h1>${title}</h1>
            ${description.split('\n\n').map((paragraph) => html`<p>${prose(paragraph)}</p>`)}
            <p>
              For programs: <a href="/asyncapi.json">asyncapi.json</a>. What is asked over HTTP:
              <a href="/docs">REST API</a>.
            </p>
            ${howToConsume}
            <h2 id="headers"><a href="#headers">Headers</a></h2>
            <p>Of every message, as UTF-8 text.</p>
            ${schemaTable(resolve(document, { $ref: '#/components/schemas/headers' }))}
            ${channels.map((channel) => topicSection(document, channel))}
          </main>
        </div>
      </body>
    </html>`;
  return page.text;
}

function topicSection(document: AsyncApiDocument, channel: Channel & { named: Message[] }): Html {
  const { address, description, bindings, named } = channel;
  const days = Number(bindings.kafka.topicConfiguration['retention.ms']) / dayMs;
  return html`<section>
    <h2 id="${address}"><a href="#${address}">${address}</a></h2>
    <p>${prose(description)}</p>
    <p class="facts">
      ${bindings.kafka.partitions} partitions, kept for ${days} days unless the shop is set otherwise
    </p>
    ${named.map((message) => messageSection(document, message))}
  </section>`;
}

function messageSection(document: AsyncApiDocument, message: Message): Html {
  const { name, summary, bindings, payload, headers, contentType } = message;
  const isEvent = headers.$ref !== undefined;
  const own = isEvent ? undefined : schemaTable(headers);
  const subject = message['x-subject']?.join('@');
  const fields = resolve(document, payload);
  return html`<article>
    <h3 id="${name}"><a href="#${name}">${name}</a></h3>
    <p>${prose(summary)}</p>
    <p class="facts">
      key:
      ${prose(bindings.kafka.key.description ?? '')}${subject && html` · subject: <code>${subject}</code>`} ·
      ${contentType}
    </p>
    ${own} ${fields.properties ? schemaTable(fields) : html`<p>Value: ${prose(fields.description ?? '')}</p>`}
    ${message.examples?.map(
      (example) =>
        html`<details>
          <summary>Example</summary>
          <pre>${exampleText(example)}</pre>
        </details>`,
    )}
  </article>`;
}

function exampleText({ headers, payload }: { headers: Record<string, string>; payload: unknown }): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `${lines.join('\n')}\n\n${JSON.stringify(payload, null, 2)}`;
}

function resolve({ components }: AsyncApiDocument, schema: JsonSchema): JsonSchema {
  if (typeof schema.$ref !== 'string') return schema;
  return components.schemas[schema.$ref.replace('#/components/schemas/', '')] ?? {};
}
