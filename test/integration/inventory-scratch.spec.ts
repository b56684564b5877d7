import { startTestApp, TestApp } from '../support/app.js';
let app: TestApp;
beforeAll(async () => { app = await startTestApp(); }, 120_000);
afterAll(async () => app?.close());
it('big', async () => {
  const admin = await app.token('admin');
  const n = Number(process.env['ROWS'] ?? 30000);
  const rows = Array.from({ length: n }, (_, i) => `B-${i},"Thing number ${i} of a long shelf in the attic",${i % 90}.99,7`);
  const body = 'sku,name,price,receive\n' + rows.join('\n');
  const t = performance.now();
  const a = await app.request.post('/v1/imports').set('Authorization', `Bearer ${admin}`).set('Content-Type', 'text/csv').set('Idempotency-Key', '0190b0a0-0000-7000-8000-000000000001').send(body);
  console.info(body.length, a.status, JSON.stringify(a.body).slice(0, 300), Math.round(performance.now() - t));
  for (const q of ['search=attic&sort=price', 'search=number+777', 'inStock=true', 'sort=-price&limit=200', 'priceMin=500&priceMax=600&sort=name']) {
    const t2 = performance.now();
    const b = await app.request.get('/v1/items?' + q);
    console.info(q, b.status, b.body.items.length, Math.round(performance.now() - t2));
  }
}, 200_000);
