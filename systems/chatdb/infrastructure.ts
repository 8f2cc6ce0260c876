import { Kafka } from "../../components/data/kafka.ts";
import { ObjectStore } from "../../components/data/object-store.ts";
import { PostgresBackup } from "../../components/data/postgres-backup.ts";
import { Postgres } from "../../components/data/postgres.ts";
import type { Resources } from "../../components/workload/pod.ts";
import type { Ground } from "./ground.ts";
import { topics } from "./topics.ts";

/** The databases and stores of ChatDB, in the cluster or elsewhere. */
export interface Infrastructure {
  readonly postgres: Postgres;
  readonly kafka: Kafka;
  readonly objectStore: ObjectStore;
}

/** Makes PostgreSQL with its backups, Kafka and the object store. */
export function createInfrastructure(ground: Ground): Infrastructure {
  const { settings, parent } = ground;
  const common = commonArgs(ground);
  const objectStore = new ObjectStore("minio", { ...common, ...sized(settings.objectStore) }, { parent });
  const postgres = createPostgres(ground, objectStore);
  const kafka = new Kafka("kafka", { ...common, ...sized(settings.kafka), topics }, { parent });
  createBackup(ground, postgres, objectStore);
  return { postgres, kafka, objectStore };
}

function createPostgres(ground: Ground, objectStore: ObjectStore): Postgres {
  const { instances, cluster, ...settings } = ground.settings.postgres;
  const { archive } = cluster;
  const bucket = () => objectStore.buckets({ "postgres-wal": "read-write" });
  const args = {
    ...commonArgs(ground),
    ...sized(settings),
    cluster:
      instances > 1 ? { ...cluster, instances, archive: archive && { ...archive, bucket: bucket() } } : undefined,
  };
  return new Postgres("postgres", args, { parent: ground.parent });
}

function createBackup(ground: Ground, postgres: Postgres, objectStore: ObjectStore): void {
  const { backup, external, image, storage } = ground.settings.postgres;
  if (external || backup.schedule === "") return;
  const { namespace, provisionerImage } = commonArgs(ground);
  const args = { ...backup, storage: backup.storage ?? storage, namespace, image, provisionerImage };
  new PostgresBackup("postgres", { ...args, postgres, objectStore }, { parent: ground.parent });
}

function commonArgs({ platform, namespaces, priorities, image }: Ground) {
  return {
    namespace: namespaces.system,
    provisionerImage: image("provisioner"),
    storageClass: platform.storageClass || undefined,
    spreading: platform.spreading,
    credentialRotation: platform.credentialRotation,
    priorityClass: priorities.infrastructure,
    protect: platform.protect,
  };
}

/** Settings of a component, with requests and limits as it takes them. */
function sized<Settings extends Resources>({ requests, limits, ...settings }: Settings) {
  return { ...settings, resources: { requests, limits } };
}
