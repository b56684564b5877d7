import { writeFileSync } from 'node:fs';
import { startTestApp } from '../support/app.js';
it('x', async () => {
  const shop = await startTestApp();
  const doc = (await shop.request.get('/docs/openapi.json')).body;
  writeFileSync('/tmp/openapi.json', JSON.stringify(doc, null, 1));
  const rows = async (sql: string) => (await shop.database.query<Record<string, string>>(sql)).rows.map((r) => r['QUERY PLAN']).join('\n');
  await shop.database.query(`insert into carts.cart (id, version, status, currency, line_count, created_at, updated_at, active_at, customer_id)
    select gen_random_uuid(), 2, case when i % 10 = 0 then 'open' when i % 10 = 1 then 'expired' else 'abandoned' end, 'GBP', 0, now(), now() - i * interval '1 minute', now() - i * interval '1 minute', case when i % 3 = 0 then 'c' || (i % 500) end from generate_series(1, 50000) i`);
  await shop.database.query('analyze carts.cart');
  for (const [where] of [['true'], [`status = 'open'`], [`customer_id = 'c3'`], [`customer_id = 'c3' and status = 'open'`], [`updated_at >= now() - interval '1 day' and status = 'expired'`], [`(updated_at, id) < (now() - interval '3 day', '00000000-0000-0000-0000-000000000000'::uuid)`]])
    console.log(where, await rows(`explain select id from carts.cart c where ${where} order by updated_at desc, id desc limit 51`));
  for (const from of [`'open'`, `'open', 'abandoned'`])
    console.log(await rows(`explain select id from carts.cart where status in (${from}) and active_at < now() - 3600 * interval '1 second' order by active_at limit 500 for no key update skip locked`));
  console.log(await rows(`explain select 1 from carts.cart cart where (cart.id = gen_random_uuid() and cart.customer_id = 'x') or (cart.id = '00000000-0000-0000-0000-000000000000' and cart.customer_id is null) order by cart.id for no key update`));
  await shop.close();
}, 60000);
