\set b random(1, 1000000000000000000)
\set k random(1, :categories)
SELECT message_store.write_message(gen_random_uuid()::varchar, ('firm' || :k || '-' || :b)::varchar, 'ShipmentReceived', '{"kind":"shipment.received","batch":"B-00012345","firm":"F-00042","model":"H200-141G","qty":64,"hs":"8473.30","origin":"TW","port":"CNSHA","declared_usd":1920000,"carrier":"Halcyon Lines","awb":"160-00012345","at":"20260314T081500Z","actor":"customs-officer-12","licence":"LIC-2026-00345","warehouse":"WH-EAST-3","note":"pallet sealed, counted twice, seal number 000012345 intact"}'::jsonb, NULL, -1);
