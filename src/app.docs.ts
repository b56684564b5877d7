import type { INestApplication } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { CONFIG, type Config } from './platform/config/config.js';
import { allEvents, asyncApiDocument } from './platform/events/index.js';
import { eventsPage } from './platform/events/page/events-page.js';
import { pagePolicy } from './platform/events/page/page-style.js';
import { completeOpenApi } from './platform/http/index.js';

const tags = {
  inventory: 'Items, their prices, and the units on the shelf.',
  carts: 'From the first line to the checkout.',
  orders: 'What was bought, paid, canceled and delivered.',
  payments: 'Attempts to pay, and the money that each moved.',
  deliveries: 'Parcels, from the shelf to the doorstep.',
  reports: 'Figures for the people of the shop.',
  events: 'What became of domain events: what waits, and what consumers could not take.',
  webhooks: 'Signed news from payment providers and carriers, and to those who asked for ours.',
};

/** The contract as code has it; `contracts/openapi.json` is its committed copy. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const outline = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Shopping cart back end')
    .setDescription(
      'Carts, orders, payments, deliveries and inventory. Money is in integer minor units; errors are problem documents (RFC 9457).',
    )
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'where this document is served');
  for (const [name, description] of Object.entries(tags)) outline.addTag(name, description);
  return completeOpenApi(SwaggerModule.createDocument(app, outline.build()));
}

/** The events at /docs/events and their document at /asyncapi.json, which is that of contracts/. */
function serveEventDocs(app: INestApplication): void {
  const { EVENT_PREFIX: prefix } = app.get<Config>(CONFIG);
  const routes = app.getHttpAdapter();
  routes.get('/asyncapi.json', (_request: Request, response: Response) => {
    response.json(asyncApiDocument(allEvents()));
  });
  routes.get('/docs/events', (_request: Request, response: Response) => {
    response.setHeader('Content-Security-Policy', pagePolicy);
    response.type('html').send(eventsPage(asyncApiDocument(allEvents()), prefix));
  });
}

/** Swagger UI at /docs and the document at /docs/openapi.json, made at the first look so that the start does not wait for it. */
export function serveDocs(app: INestApplication): void {
  serveEventDocs(app);
  app.use('/docs', allowOwnScripts);
  SwaggerModule.setup('docs', app, () => openApiDocument(app), { jsonDocumentUrl: 'docs/openapi.json' });
}

/** The page needs scripts and styles, its own and no others; the API's answers need none. */
function allowOwnScripts(_request: Request, response: Response, next: NextFunction): void {
  const sources = [
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "frame-ancestors 'none'",
  ];
  response.setHeader('Content-Security-Policy', sources.join('; '));
  next();
}
