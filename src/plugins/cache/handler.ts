import { rrType } from '../../wire/codes.ts';
import { zoneList } from '../../wire/zone-map.ts';
import type { QueryHalf } from '../plugin.ts';
import { ReplyCache } from './reply-cache.ts';
import type { CacheConfig } from './config.ts';
import { cacheSeries } from './meter.ts';

/** QTYPEs that ask for no records, and Meta-TYPEs (RFC 6895 section 3.1); ANY, 255, is answered with records. */
const firstMetaType = 128;

export const cacheHandler: QueryHalf<CacheConfig> = {
  keeps: true,
  counterCount: cacheSeries.length,
  create(config, environment, next) {
    const cache = new ReplyCache(config, environment, next);
    environment.onClose(() => cache.close());
    const zones = config.zones && zoneList(config.zones);
    return (query) => {
      query.readName();
      return isMeta(query.type) || zones?.contains(query) === false ? next(query) : cache.answer(query);
    };
  },
  // What is looked at is what upstream would be asked; a cache of its own has nothing to tell.
  dryRun: (_config, _environment, next) => next,
};

function isMeta(type: number): boolean {
  return type === rrType.OPT || (type >= firstMetaType && type < rrType.ANY);
}
