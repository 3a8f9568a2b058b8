/** The folders on other clouds that are open to one. */
import * as api from '../api/clouds';
import type { Cloud } from '../api/clouds';

class Clouds {
  #known = $state.raw<readonly Cloud[] | null>(null);

  get list(): readonly Cloud[] {
    return this.#known ?? [];
  }
  /** Whether the list was read. */
  get isKnown(): boolean {
    return this.#known !== null;
  }
  get(id: number): Cloud | undefined {
    return this.list.find((cloud) => cloud.id === id);
  }

  async ask(): Promise<void> {
    this.#known = await api.clouds();
  }

  async connect(link: string): Promise<Cloud> {
    const cloud = await api.connect(link);
    await this.ask();
    return cloud;
  }

  async leave(cloud: Cloud): Promise<void> {
    await api.leave(cloud.id);
    this.#known = this.list.filter((one) => one.id !== cloud.id);
    await this.ask();
  }
}

export const clouds = new Clouds();
