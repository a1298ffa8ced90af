// @ts-check
/** IndexedDB of this browser: the sealed container, which revision was seen, and a device key. Ciphertext only. */

const NAME = "edubadges-wallet";

/** @returns {Promise<IDBDatabase>} */
function database() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("values");
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

/** @template T @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest<T>} work @returns {Promise<T>} */
async function run(mode, work) {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction("values", mode);
      const request = work(transaction.objectStore("values"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

/** @param {string} key @returns {Promise<any>} */
export const readValue = (key) => run("readonly", (store) => store.get(key));

/** @param {string} key @param {any} value */
export const writeValue = (key, value) => run("readwrite", (store) => store.put(value, key));

export const clearValues = () => run("readwrite", (store) => store.clear());
