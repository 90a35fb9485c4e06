import type { MigrationContext } from '@simlane/service-kit/migration';
import { sql } from 'kysely';

/**
 * What one row's constraint cannot say, because it is about the step from one state to the next.
 *
 * SQLSTATEs of our own: `SL001` a change is in flight (the detail is the order's id), `SL002` a line would lose its
 * SIM, `SL003` a step that does not exist. They are read in protected-change.ts.
 */
export const protectedChanges = async ({ db }: MigrationContext): Promise<void> => {
  await sql`
    create function refuse_change_in_flight(order_id uuid) returns void language plpgsql as $$
    begin
      raise exception 'a change is in flight' using errcode = 'SL001', detail = order_id::text;
    end $$`.execute(db);

  // The statement that ends a change may change what it protects; one that hands it to another order does not end it.
  await sql`
    create function protect_line() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' then
        perform refuse_change_in_flight(old.change_order_id);
      end if;
      if new.change_order_id is not null and (
        new.change_order_id <> old.change_order_id
        or new.sim_id is distinct from old.sim_id
        or new.provider_id <> old.provider_id
      ) then
        perform refuse_change_in_flight(old.change_order_id);
      end if;
      return new;
    end $$`.execute(db);
  await sql`create trigger line_change_in_flight before update or delete on line
    for each row when (old.change_order_id is not null) execute function protect_line()`.execute(db);

  await sql`
    create function keep_line_served() returns trigger language plpgsql as $$
    begin
      raise exception 'a line that has a SIM cannot lose it' using errcode = 'SL002', detail = old.id::text;
    end $$`.execute(db);
  await sql`create trigger line_keeps_a_sim before update on line
    for each row when (old.sim_id is not null and new.sim_id is null) execute function keep_line_served()`.execute(db);

  // A temporary eSIM goes once its order has said that it is rolled back; asked that way round, so that a row that
  // cannot be seen protects.
  await sql`
    create function protect_sim() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' then
        if old.state <> 'temporary' or not exists (
          select from sim_replacement r
          where r.account_id = old.account_id and r.order_id = old.change_order_id and r.state = 'rolled_back'
        ) then
          perform refuse_change_in_flight(old.change_order_id);
        end if;
        return old;
      end if;
      if new.change_order_id is not null and (
        new.change_order_id <> old.change_order_id
        or new.kind <> old.kind
        or new.state <> old.state
        or new.provider_id <> old.provider_id
        or new.iccid is distinct from old.iccid
      ) then
        perform refuse_change_in_flight(old.change_order_id);
      end if;
      return new;
    end $$`.execute(db);
  await sql`create trigger sim_change_in_flight before update or delete on sim
    for each row when (old.change_order_id is not null) execute function protect_sim()`.execute(db);

  await sql`
    create function protect_device() returns trigger language plpgsql as $$
    declare in_flight uuid;
    begin
      select l.change_order_id into in_flight from line l
        where l.account_id = old.account_id and l.device_id = old.id and l.change_order_id is not null limit 1;
      if found then
        perform refuse_change_in_flight(in_flight);
      end if;
      return old;
    end $$`.execute(db);
  await sql`create trigger device_change_in_flight before delete on device
    for each row execute function protect_device()`.execute(db);

  await sql`
    create function refuse_step() returns trigger language plpgsql as $$
    begin
      raise exception 'no step leads from % to % in %', old.state, new.state, tg_table_name
        using errcode = 'SL003', detail = old.state;
    end $$`.execute(db);
  await sql`create trigger sim_steps before update of state on sim for each row
    when (old.state <> new.state and (old.state = 'discarded' or new.state = 'temporary'))
    execute function refuse_step()`.execute(db);
  await sql`create trigger sim_replacement_steps before update of state on sim_replacement for each row
    when (old.state <> new.state and (
      old.state in ('committed', 'rolled_back')
      or new.state = 'refused'
      or (old.state = 'refused' and new.state <> 'reserved')
      or (old.state = 'started' and new.state = 'reserved')
    ))
    execute function refuse_step()`.execute(db);

  await sql`
    create function count_version() returns trigger language plpgsql as $$
    begin
      new.version := old.version + 1;
      return new;
    end $$`.execute(db);
  for (const table of ['device', 'line', 'sim']) {
    await sql`create trigger ${sql.id(`${table}_version`)} before update on ${sql.table(table)}
      for each row execute function count_version()`.execute(db);
  }
};
