/* Made by `npm run schema` from the server's OpenAPI document. */

export interface paths {
    "/api/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List Channels */
        get: operations["dashboard_api_channels_list_channels"];
        put?: never;
        /**
         * Create Channel
         * @description Add a channel. In force when the answer arrives.
         */
        post: operations["dashboard_api_channels_create_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/{channel_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Channel */
        get: operations["dashboard_api_channels_get_channel"];
        put?: never;
        post?: never;
        /** Delete Channel */
        delete: operations["dashboard_api_channels_delete_channel"];
        options?: never;
        head?: never;
        /** Change Channel */
        patch: operations["dashboard_api_channels_change_channel"];
        trace?: never;
    };
    "/api/channels/{channel_id}/duplicate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Duplicate Channel
         * @description A channel like it, with the same keys, under the next free name; switched off, so that nothing is sent twice.
         */
        post: operations["dashboard_api_channels_duplicate_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/{channel_id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview
         * @description What the channel would get for a request, overrides and all. Nothing is sent, nothing is stored.
         */
        post: operations["dashboard_api_channels_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/{channel_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Cost Of Trial
         * @description What a test will use at most. Nothing is sent.
         */
        get: operations["dashboard_api_trials_cost_of_trial"];
        put?: never;
        /**
         * Try Channel
         * @description Reach the provider, have each key accepted, have a model answer: whole, streamed, with a tool, in JSON.
         */
        post: operations["dashboard_api_trials_try_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try Channels
         * @description Test the channels of these `ids`, else all that are enabled, four at a time. Server-sent events tell of it:
         *     `started`, a `stage` as each is done, `finished` for each channel, `done` at the end. Hanging up stops it.
         */
        post: operations["dashboard_api_trials_try_channels"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/{channel_id}/fetch-models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Fetch Models
         * @description Ask the provider for its models. With `add`, offer those that are new, with what the provider tells of them;
         *     with `remove`, offer those no more that it lists no more.
         */
        post: operations["dashboard_api_fetched_fetch_models"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/discovery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Last Scan
         * @description What the last look at this machine found. Nothing is asked anew.
         */
        get: operations["dashboard_api_discovery_last_scan"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/discovery/scan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Scan
         * @description Look now: whoever listens on this machine is asked who it is. Takes about half a second.
         */
        post: operations["dashboard_api_discovery_scan"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/discovery/add": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add Channel
         * @description A channel for the engine at `address`, with the models that it has now. In force when the answer arrives.
         */
        post: operations["dashboard_api_discovery_add_channel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/{channel_id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start
         * @description Start the engine, whatever went wrong before; answers when it is ready. Waits its turn in its group. 409: why it
         *     did not get ready, and the last lines it printed.
         */
        post: operations["dashboard_api_engines_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/{channel_id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop
         * @description Stop the engine; calls that use it are cut off. Answers when nothing of it is left.
         */
        post: operations["dashboard_api_engines_stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/{channel_id}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restart
         * @description Stop, then start.
         */
        post: operations["dashboard_api_engines_restart"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/{channel_id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Log
         * @description What the engine has printed of late, as text: at most 256 KB, since Novapi began.
         */
        get: operations["dashboard_api_engines_log"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/{channel_id}/loaded": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Loaded
         * @description Which models the engine has in memory now. Nothing is loaded by asking. 409: the channel's engine does not tell;
         *     502: it does not answer.
         */
        get: operations["dashboard_api_native_list_loaded"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/{channel_id}/load": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Load Model
         * @description Load a model, which then stays; answers when it is in memory, with all that is. An engine that Novapi starts is
         *     started. 409: why it can't be; 502: the engine does not answer.
         */
        post: operations["dashboard_api_native_load_model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/{channel_id}/unload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Unload Model
         * @description Have a model dropped from memory, now; answers when it is out, with what is left. An engine that Novapi starts
         *     is stopped, and a 409 while calls use it, unless `force`.
         */
        post: operations["dashboard_api_native_unload_model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/{channel_id}/pull": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pull Model
         * @description Have Ollama or LM Studio fetch a model, and offer it. Server-sent events tell of it: `progress` (`status` in the
         *     engine's words, bytes `completed` of `total`, null: not known yet, how many `parts`), then `done` (`offered`: the
         *     names that the channel offers by now, `added`: those it did not before) or `failed` (`detail`). Hanging up stops
         *     Ollama, which goes on there the next time; LM Studio fetches on by itself. 409, 502: it could not begin.
         */
        post: operations["dashboard_api_native_pull_model"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List Keys */
        get: operations["dashboard_api_keys_list_keys"];
        put?: never;
        /**
         * Create Key
         * @description A key for one app. It works when the answer arrives.
         */
        post: operations["dashboard_api_keys_create_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/master": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Master */
        get: operations["dashboard_api_keys_get_master"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/master/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate Master
         * @description Replace the master key; the old one stops working at once.
         */
        post: operations["dashboard_api_keys_rotate_master"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Key */
        get: operations["dashboard_api_keys_get_key"];
        put?: never;
        post?: never;
        /** Delete Key */
        delete: operations["dashboard_api_keys_delete_key"];
        options?: never;
        head?: never;
        /** Change Key */
        patch: operations["dashboard_api_keys_change_key"];
        trace?: never;
    };
    "/api/keys/{key_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume Key
         * @description Let the apps of this key go on that were stopped for running away.
         */
        post: operations["dashboard_api_keys_resume_key"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/aliases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List Aliases */
        get: operations["dashboard_api_aliases_list_aliases"];
        put?: never;
        /** Create Alias */
        post: operations["dashboard_api_aliases_create_alias"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/aliases/{alias_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Alias */
        get: operations["dashboard_api_aliases_get_alias"];
        put?: never;
        post?: never;
        /** Delete Alias */
        delete: operations["dashboard_api_aliases_delete_alias"];
        options?: never;
        head?: never;
        /** Change Alias */
        patch: operations["dashboard_api_aliases_change_alias"];
        trace?: never;
    };
    "/api/usage/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Records
         * @description The newest calls first, a page at a time.
         */
        get: operations["dashboard_api_usage_list_records"];
        put?: never;
        post?: never;
        /**
         * Delete Records
         * @description Let go of several calls: `?id=…&id=…`. One that is gone already is no error.
         */
        delete: operations["dashboard_api_usage_delete_records"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Summary
         * @description Sums by one or two of time, key, app, channel and model, however many records there are or were.
         */
        get: operations["dashboard_api_usage_get_summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/waste": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Waste
         * @description Money and time that brought nothing, by channel and reason: calls cut off, answers that broke, retries.
         */
        get: operations["dashboard_api_usage_get_waste"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export
         * @description The records that a filter is for as a file, streamed; `x-novapi-records` says how many there are.
         */
        get: operations["dashboard_api_usage_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/records/{request_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Record
         * @description One call by its `x-novapi-request-id`: where it went, and why.
         */
        get: operations["dashboard_api_usage_get_record"];
        put?: never;
        post?: never;
        /**
         * Delete Record
         * @description Let go of a call. The sums of its day stay as they are.
         */
        delete: operations["dashboard_api_usage_delete_record"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/records/{request_id}/bodies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Bodies
         * @description The bodies of one call, keys masked; 404 says why there are none, in words and in a word (`reason`).
         */
        get: operations["dashboard_api_captures_get_bodies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/records/{request_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay
         * @description Send the request of a call once more, as its app did: another `model`, if one is given, or another `body`. The
         *     answer is the gateway's own, plain or streamed; its record has `replay_of`. Hanging up cancels it.
         *     `x-novapi-replay-masked: true`: a key that was in the request is "[key]" now.
         */
        post: operations["dashboard_api_replays_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/records/{request_id}/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Code
         * @description The request of a call as code that runs as it is: `to` Novapi, as its app sent it, or to its `provider`, as
         *     Novapi did. Keys are read from the environment.
         */
        get: operations["dashboard_api_as_code_get_code"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Copies
         * @description The copies of the database that Novapi put aside by itself, the newest first.
         */
        get: operations["dashboard_api_backups_list_copies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make Backup
         * @description Everything in one file: channels, keys' names, aliases, preferences, records and their sums. Keys themselves are
         *     in it only with a `passphrase`, which seals them.
         */
        post: operations["dashboard_api_backups_make_backup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore
         * @description A backup, as the body of the request, takes the place of everything; `dry_run` only says what would come of it.
         *     Its passphrase goes percent-encoded into the header `x-novapi-passphrase`. Without it, keys that this machine does
         *     not know are missing afterwards; the answer names them. In force when the answer arrives.
         */
        post: operations["dashboard_api_backups_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/import/one-api": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import One Api
         * @description Channels and tokens of a `one-api.db`, of One-API, new-api or one-hub, which is the body of the request. Tokens
         *     stay the same, so that apps go on working. Nothing that is there is changed; `dry_run` only says what would come of
         *     it.
         */
        post: operations["dashboard_api_imports_import_one_api"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events
         * @description Server-sent events: first `snapshot`, then `call.started`, `call.first_token`, `call.finished`, `records` (rows
         *     as of `/api/usage/records`, once they are there: at most 200, and how many were `left_out`), `channel.state`,
         *     `key.stopped`, `key.resumed`, `budget`, `changed` (the owner's settings, from wherever), `engine` and `engine.log`
         *     (of those that Novapi starts), `engine.found`, `engine.offline`, `engine.online` and `paused` (`until`: null when
         *     it ends) as they happen. A reader that falls behind by 1000 is hung up on.
         */
        get: operations["dashboard_api_live_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Calls
         * @description The calls in flight, the oldest first. Async, like the next one: flights belong to the serving loop.
         */
        get: operations["dashboard_api_live_list_calls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calls/{call_id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop Call
         * @description Cancel a call. Its app gets an error that says so, its provider is hung up on.
         */
        post: operations["dashboard_api_live_stop_call"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin Pause
         * @description Turn apps away for so long, with 503 and when to come back; calls in flight go on.
         */
        post: operations["dashboard_api_live_begin_pause"];
        /**
         * End Pause
         * @description Take calls again.
         */
        delete: operations["dashboard_api_live_end_pause"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Providers
         * @description Every vendor and local engine a channel can be made for.
         */
        get: operations["dashboard_api_system_list_providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Models
         * @description What apps can ask for, as the gateway sees it now, and all that is known of who serves it.
         */
        get: operations["dashboard_api_system_list_models"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Preferences */
        get: operations["dashboard_api_system_get_preferences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change Preferences */
        patch: operations["dashboard_api_system_change_preferences"];
        trace?: never;
    };
    "/api/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get Status */
        get: operations["dashboard_api_system_get_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/about": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get About
         * @description What Novapi is made of, and under which licences.
         */
        get: operations["dashboard_api_system_get_about"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/about/licences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Licences
         * @description Every licence in full, as one text: of the libraries, and of what the dashboard has in it.
         */
        get: operations["dashboard_api_system_get_licences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** ChannelKeyOut */
        ChannelKeyOut: {
            /** Id */
            id: number;
            /** Masked */
            masked: string;
            /** Enabled */
            enabled: boolean;
            health: components["schemas"]["HealthOut"];
        };
        /** ChannelModelOut */
        ChannelModelOut: {
            /** Name */
            name: string;
            /** Upstream */
            upstream: string;
            /** Vision */
            vision: boolean | null;
            /** Tools */
            tools: boolean | null;
            /** Context Tokens */
            context_tokens: number | null;
            /** Price Input */
            price_input: number | null;
            /** Price Output */
            price_output: number | null;
            /** Price Cached */
            price_cached: number | null;
            /** Price Cache Written */
            price_cache_written: number | null;
            /** Enabled */
            enabled: boolean;
        };
        /** ChannelOut */
        ChannelOut: {
            /** Requests Per Minute */
            requests_per_minute: number | null;
            /** Tokens Per Minute */
            tokens_per_minute: number | null;
            /** Concurrent Calls */
            concurrent_calls: number | null;
            /** Budget Per Day */
            budget_per_day: number | null;
            /** Budget Per Month */
            budget_per_month: number | null;
            /** Spent Today */
            spent_today: number;
            /** Spent This Month */
            spent_this_month: number;
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Provider */
            provider: string;
            /** Base Url */
            base_url: string;
            /** Api Version */
            api_version: string;
            /** Dialects */
            dialects: string[];
            /** Headers */
            headers: {
                [key: string]: string;
            };
            /** Proxy */
            proxy: string;
            /** Priority */
            priority: number;
            /** Weight */
            weight: number;
            /** Connect S */
            connect_s: number | null;
            /** First Byte S */
            first_byte_s: number | null;
            /** Idle S */
            idle_s: number | null;
            /** Failures To Pause */
            failures_to_pause: number | null;
            /** Overrides */
            overrides: {
                [key: string]: unknown;
            };
            /** Command */
            command: string;
            /** Shell */
            shell: boolean;
            /** Env */
            env: {
                [key: string]: string;
            };
            /** Cwd */
            cwd: string;
            /** Stop Command */
            stop_command: string;
            /** Ready Path */
            ready_path: string;
            /** Ready Pattern */
            ready_pattern: string;
            /** Idle Stop S */
            idle_stop_s: number | null;
            /** Keep Running */
            keep_running: boolean;
            /** Start At Launch */
            start_at_launch: boolean;
            /** Group */
            group: string;
            engine: components["schemas"]["EngineOut"] | null;
            /** Enabled */
            enabled: boolean;
            health: components["schemas"]["HealthOut"] | null;
            /** Api Keys */
            api_keys: components["schemas"]["ChannelKeyOut"][];
            /** Models */
            models: components["schemas"]["ChannelModelOut"][];
            /** Gone */
            gone: string[];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * EngineOut
         * @description An engine that Novapi starts. `state`: stopped, starting, ready, stopping, crashed (the next call starts it
         *     again), backing off (for `retry_s` seconds), failed (until its owner starts it); `reason`: of the last trouble;
         *     `pid` is its guard's; `calls` that use it or wait for it to be ready; `memory_mb` is null while it does not run.
         */
        EngineOut: {
            /** State */
            state: string;
            /** Reason */
            reason: string;
            /** Retry S */
            retry_s: number | null;
            /** Port */
            port: number | null;
            /** Pid */
            pid: number | null;
            /** Calls */
            calls: number;
            /** Last Exit */
            last_exit: string;
            /** Memory Mb */
            memory_mb?: number | null;
        };
        /**
         * HealthOut
         * @description `paused`: why it is left alone, empty if it is not, `offline` while its engine on this machine does not listen.
         *     `seconds` to go, null: until a test goes well, or the engine is back. `failures`: in a row. `latency_ms` to the
         *     first byte, smoothed; null where nothing is known.
         */
        HealthOut: {
            /** Paused */
            paused: string;
            /** Seconds */
            seconds: number | null;
            /** Failures */
            failures: number;
            /** Latency Ms */
            latency_ms: number | null;
        };
        /** ChannelIn */
        ChannelIn: {
            /** Requests Per Minute */
            requests_per_minute?: number | null;
            /** Tokens Per Minute */
            tokens_per_minute?: number | null;
            /** Concurrent Calls */
            concurrent_calls?: number | null;
            /** Budget Per Day */
            budget_per_day?: number | null;
            /** Budget Per Month */
            budget_per_month?: number | null;
            /** Name */
            name: string;
            /** Provider */
            provider: string;
            /** Base Url */
            base_url?: string | null;
            /** Api Version */
            api_version?: string | null;
            /** Api Keys */
            api_keys?: string[] | null;
            /** Add Api Keys */
            add_api_keys?: string[] | null;
            /** Remove Key Ids */
            remove_key_ids?: number[] | null;
            /** Disabled Key Ids */
            disabled_key_ids?: number[] | null;
            /** Models */
            models?: (string | components["schemas"]["ModelName"])[] | null;
            /** Dialects */
            dialects?: string[] | null;
            /** Headers */
            headers?: {
                [key: string]: string;
            } | null;
            /** Proxy */
            proxy?: string | null;
            /** Priority */
            priority?: number | null;
            /** Weight */
            weight?: number | null;
            /** Connect S */
            connect_s?: number | null;
            /** First Byte S */
            first_byte_s?: number | null;
            /** Idle S */
            idle_s?: number | null;
            /** Failures To Pause */
            failures_to_pause?: number | null;
            /** Overrides */
            overrides?: {
                [key: string]: unknown;
            } | null;
            /** Command */
            command?: string | null;
            /** Shell */
            shell?: boolean | null;
            /** Env */
            env?: {
                [key: string]: string;
            } | null;
            /** Cwd */
            cwd?: string | null;
            /** Stop Command */
            stop_command?: string | null;
            /** Ready Path */
            ready_path?: string | null;
            /** Ready Pattern */
            ready_pattern?: string | null;
            /** Idle Stop S */
            idle_stop_s?: number | null;
            /** Keep Running */
            keep_running?: boolean | null;
            /** Start At Launch */
            start_at_launch?: boolean | null;
            /** Group */
            group?: string | null;
            /** Enabled */
            enabled?: boolean | null;
        };
        /**
         * ModelName
         * @description `vision`, `tools`, `context_tokens`: what the model can do; left out: as before, `null`: unknown. `enabled`:
         *     false for one that is kept, with all that is said of it, and not offered.
         */
        ModelName: {
            /** Name */
            name: string;
            /** Upstream */
            upstream?: string | null;
            /** Vision */
            vision?: boolean | null;
            /** Tools */
            tools?: boolean | null;
            /** Context Tokens */
            context_tokens?: number | null;
            /** Price Input */
            price_input?: number | null;
            /** Price Output */
            price_output?: number | null;
            /** Price Cached */
            price_cached?: number | null;
            /** Price Cache Written */
            price_cache_written?: number | null;
            /**
             * Enabled
             * @default true
             */
            enabled: boolean;
        };
        /**
         * ChannelPatch
         * @description Only what is given changes. `api_keys` replaces all keys; a masked one (`…last4`) stands for the stored one.
         *     `add_api_keys` and `remove_key_ids` leave the others alone; `disabled_key_ids`: all those not to be used.
         */
        ChannelPatch: {
            /** Requests Per Minute */
            requests_per_minute?: number | null;
            /** Tokens Per Minute */
            tokens_per_minute?: number | null;
            /** Concurrent Calls */
            concurrent_calls?: number | null;
            /** Budget Per Day */
            budget_per_day?: number | null;
            /** Budget Per Month */
            budget_per_month?: number | null;
            /** Name */
            name?: string | null;
            /** Provider */
            provider?: string | null;
            /** Base Url */
            base_url?: string | null;
            /** Api Version */
            api_version?: string | null;
            /** Api Keys */
            api_keys?: string[] | null;
            /** Add Api Keys */
            add_api_keys?: string[] | null;
            /** Remove Key Ids */
            remove_key_ids?: number[] | null;
            /** Disabled Key Ids */
            disabled_key_ids?: number[] | null;
            /** Models */
            models?: (string | components["schemas"]["ModelName"])[] | null;
            /** Dialects */
            dialects?: string[] | null;
            /** Headers */
            headers?: {
                [key: string]: string;
            } | null;
            /** Proxy */
            proxy?: string | null;
            /** Priority */
            priority?: number | null;
            /** Weight */
            weight?: number | null;
            /** Connect S */
            connect_s?: number | null;
            /** First Byte S */
            first_byte_s?: number | null;
            /** Idle S */
            idle_s?: number | null;
            /** Failures To Pause */
            failures_to_pause?: number | null;
            /** Overrides */
            overrides?: {
                [key: string]: unknown;
            } | null;
            /** Command */
            command?: string | null;
            /** Shell */
            shell?: boolean | null;
            /** Env */
            env?: {
                [key: string]: string;
            } | null;
            /** Cwd */
            cwd?: string | null;
            /** Stop Command */
            stop_command?: string | null;
            /** Ready Path */
            ready_path?: string | null;
            /** Ready Pattern */
            ready_pattern?: string | null;
            /** Idle Stop S */
            idle_stop_s?: number | null;
            /** Keep Running */
            keep_running?: boolean | null;
            /** Start At Launch */
            start_at_launch?: boolean | null;
            /** Group */
            group?: string | null;
            /** Enabled */
            enabled?: boolean | null;
        };
        /**
         * PreviewOut
         * @description What the channel would get; of its key the last four characters.
         */
        PreviewOut: {
            /** Method */
            method: string;
            /** Url */
            url: string;
            /** Headers */
            headers: {
                [key: string]: string;
            };
            /** Body */
            body: {
                [key: string]: unknown;
            };
        };
        /**
         * PreviewIn
         * @description A request as an app would send it: in its dialect, a small one unless `body` is given. `channel`: what is to be
         *     changed of the channel for this preview only; its keys and models stay as they are.
         */
        PreviewIn: {
            /**
             * Dialect
             * @default openai-chat
             * @enum {string}
             */
            dialect: "openai-chat" | "openai-responses" | "anthropic" | "gemini" | "ollama";
            /** Body */
            body?: {
                [key: string]: unknown;
            } | null;
            channel?: components["schemas"]["ChannelPatch"] | null;
        };
        /**
         * TestCost
         * @description What a test will use at most: small calls, their tokens in and out together, US dollars (null: not known).
         */
        TestCost: {
            /** Model */
            model: string | null;
            /** Calls */
            calls: number;
            /** Tokens */
            tokens: number;
            /** Cost Usd */
            cost_usd: number | null;
            /** Detail */
            detail: string;
        };
        /**
         * StageOut
         * @description `ms`: how long it took; `detail`: how it went and what to do; `skipped`: it does not apply, and why; `code`:
         *     what went wrong, in a word for programs.
         */
        StageOut: {
            /** Name */
            name: string;
            /** Ok */
            ok: boolean;
            /** Skipped */
            skipped: boolean;
            /** Ms */
            ms: number;
            /** Detail */
            detail: string;
            /**
             * Code
             * @enum {string}
             */
            code: "" | "no_address" | "unreachable" | "timeout" | "tls" | "proxy" | "no_key" | "key_refused" | "no_credit" | "rate_limited" | "not_found" | "model_not_found" | "no_model" | "redirect" | "bad_answer" | "rejected" | "trouble" | "engine" | "offline_mode" | "internal";
        };
        /**
         * TestOut
         * @description `ok`: every stage that was not skipped went well, but those in `abilities`, which a model may do without.
         */
        TestOut: {
            /** Ok */
            ok: boolean;
            /** Model */
            model: string | null;
            /** Abilities */
            abilities: string[];
            /** Stages */
            stages: components["schemas"]["StageOut"][];
        };
        /**
         * TestIn
         * @description `model`: a public name of the channel to test with; else the first that chats.
         */
        TestIn: {
            /** Model */
            model?: string | null;
        };
        /**
         * RoundIn
         * @description `ids`: the channels to test, disabled ones too; else all that are enabled. `model`: a public name to test with,
         *     of every one of them.
         */
        RoundIn: {
            /** Ids */
            ids?: number[] | null;
            /** Model */
            model?: string | null;
        };
        /**
         * FetchedModels
         * @description `models`: what the provider lists; `new`: those the channel does not offer yet; `gone`: what it offers and the
         *     provider does not list; `added`: whether the new ones are offered now; `removed`: those of the gone that are not
         *     offered any more, whole, so that they can be entered again.
         */
        FetchedModels: {
            /** Models */
            models: string[];
            /** New */
            new: string[];
            /** Gone */
            gone: components["schemas"]["ChannelModelOut"][];
            /** Added */
            added: boolean;
            /** Removed */
            removed: components["schemas"]["ChannelModelOut"][];
        };
        /** ChannelName */
        ChannelName: {
            /** Id */
            id: number;
            /** Name */
            name: string;
        };
        /**
         * DiscoveryOut
         * @description `at`: when was looked, a Unix time, null: not yet; `seconds`: how long it took.
         */
        DiscoveryOut: {
            /** At */
            at: number | null;
            /** Seconds */
            seconds: number;
            /** Engines */
            engines: components["schemas"]["FoundOut"][];
        };
        /**
         * FoundModelOut
         * @description A model of a found engine. Tokens of context: what it was made for, and what it was loaded with. `size` in
         *     bytes. null, and an empty quantisation: the engine does not tell. `local`: false for one in the engine's cloud.
         */
        FoundModelOut: {
            /** Name */
            name: string;
            /** Context Max */
            context_max: number | null;
            /** Context Loaded */
            context_loaded: number | null;
            /** Quantisation */
            quantisation: string;
            /** Size */
            size: number | null;
            /** Loaded */
            loaded: boolean | null;
            /** Vision */
            vision: boolean | null;
            /** Tools */
            tools: boolean | null;
            /** Reasoning */
            reasoning: boolean | null;
            /** Embedding */
            embedding: boolean | null;
            /** Local */
            local: boolean;
        };
        /**
         * FoundOut
         * @description An engine that runs on this machine. `state`: ready, loading (its model), or locked (it wants a key); `channel`:
         *     the one that calls it.
         */
        FoundOut: {
            /** Engine */
            engine: string;
            /** Name */
            name: string;
            /** Provider */
            provider: string;
            /** Address */
            address: string;
            /** Base Url */
            base_url: string;
            /** Version */
            version: string;
            /** State */
            state: string;
            /** Process */
            process: string;
            /** Pid */
            pid: number | null;
            /** Models */
            models: components["schemas"]["FoundModelOut"][];
            channel: components["schemas"]["ChannelName"] | null;
        };
        /**
         * FoundIn
         * @description `address`: of an engine on this machine; `api_key`: if it wants one; `name`: else the engine's.
         */
        FoundIn: {
            /** Address */
            address: string;
            /**
             * Api Key
             * @default
             */
            api_key: string;
            /**
             * Name
             * @default
             */
            name: string;
        };
        /**
         * LoadedModel
         * @description `name` is the engine's; `instance`: LM Studio's name of it in memory; `size_bytes`: what it takes as the engine
         *     tells it (Ollama: with its context, the others: its weights), `vram_bytes` of it on the GPU; `context_tokens`: what
         *     it was loaded with; `until`: when the engine drops it if nobody calls it, null: not told, or never.
         */
        LoadedModel: {
            /** Name */
            name: string;
            /** Instance */
            instance: string;
            /** Size Bytes */
            size_bytes: number | null;
            /** Vram Bytes */
            vram_bytes: number | null;
            /** Context Tokens */
            context_tokens: number | null;
            /** Quantisation */
            quantisation: string;
            /** Until */
            until: string | null;
        };
        /** LoadedOut */
        LoadedOut: {
            /** Models */
            models: components["schemas"]["LoadedModel"][];
        };
        /**
         * LoadIn
         * @description `context_tokens`: how much is to fit in, where the engine lets one say so (LM Studio).
         */
        LoadIn: {
            /** Model */
            model: string;
            /** Context Tokens */
            context_tokens?: number | null;
        };
        /**
         * UnloadIn
         * @description `model`: the channel's name of it, or the engine's own. `force`: even while calls use the engine.
         */
        UnloadIn: {
            /** Model */
            model: string;
            /**
             * Force
             * @default false
             */
            force: boolean;
        };
        /**
         * PullIn
         * @description `model`: as the engine's library calls it; for LM Studio also the address of one at Hugging Face.
         */
        PullIn: {
            /** Model */
            model: string;
        };
        /** KeyOut */
        KeyOut: {
            /** Requests Per Minute */
            requests_per_minute: number | null;
            /** Tokens Per Minute */
            tokens_per_minute: number | null;
            /** Concurrent Calls */
            concurrent_calls: number | null;
            /** Budget Per Day */
            budget_per_day: number | null;
            /** Budget Per Month */
            budget_per_month: number | null;
            /** Spent Today */
            spent_today: number;
            /** Spent This Month */
            spent_this_month: number;
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Masked */
            masked: string;
            /** Is Master */
            is_master: boolean;
            /** Enabled */
            enabled: boolean;
            /** Expires At */
            expires_at: string | null;
            /** Private */
            private: boolean;
            /** Stopped */
            stopped: components["schemas"]["StoppedOut"][];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
        };
        /**
         * StoppedOut
         * @description An app that ran away, and why it was stopped.
         */
        StoppedOut: {
            /** App */
            app: string;
            /** Reason */
            reason: string;
        };
        /**
         * KeyWithToken
         * @description Shown to its owner only: the key itself.
         */
        KeyWithToken: {
            /** Requests Per Minute */
            requests_per_minute: number | null;
            /** Tokens Per Minute */
            tokens_per_minute: number | null;
            /** Concurrent Calls */
            concurrent_calls: number | null;
            /** Budget Per Day */
            budget_per_day: number | null;
            /** Budget Per Month */
            budget_per_month: number | null;
            /** Spent Today */
            spent_today: number;
            /** Spent This Month */
            spent_this_month: number;
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Masked */
            masked: string;
            /** Is Master */
            is_master: boolean;
            /** Enabled */
            enabled: boolean;
            /** Expires At */
            expires_at: string | null;
            /** Private */
            private: boolean;
            /** Stopped */
            stopped: components["schemas"]["StoppedOut"][];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Key */
            key: string;
        };
        /** KeyIn */
        KeyIn: {
            /** Requests Per Minute */
            requests_per_minute?: number | null;
            /** Tokens Per Minute */
            tokens_per_minute?: number | null;
            /** Concurrent Calls */
            concurrent_calls?: number | null;
            /** Budget Per Day */
            budget_per_day?: number | null;
            /** Budget Per Month */
            budget_per_month?: number | null;
            /** Name */
            name: string;
            /** Enabled */
            enabled?: boolean | null;
            /** Expires At */
            expires_at?: string | null;
            /** Private */
            private?: boolean | null;
        };
        /** KeyPatch */
        KeyPatch: {
            /** Requests Per Minute */
            requests_per_minute?: number | null;
            /** Tokens Per Minute */
            tokens_per_minute?: number | null;
            /** Concurrent Calls */
            concurrent_calls?: number | null;
            /** Budget Per Day */
            budget_per_day?: number | null;
            /** Budget Per Month */
            budget_per_month?: number | null;
            /** Name */
            name?: string | null;
            /** Enabled */
            enabled?: boolean | null;
            /** Expires At */
            expires_at?: string | null;
            /** Private */
            private?: boolean | null;
        };
        /** AliasOut */
        AliasOut: {
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Models */
            models: string[];
            /** Strategy */
            strategy: string;
            /** Enabled */
            enabled: boolean;
        };
        /** AliasIn */
        AliasIn: {
            /** Name */
            name: string;
            /** Models */
            models: string[];
            /** Strategy */
            strategy?: ("priority" | "round-robin" | "latency" | "cheapest" | "local-first") | null;
            /** Enabled */
            enabled?: boolean | null;
        };
        /** AliasPatch */
        AliasPatch: {
            /** Name */
            name?: string | null;
            /** Models */
            models?: string[] | null;
            /** Strategy */
            strategy?: ("priority" | "round-robin" | "latency" | "cheapest" | "local-first") | null;
            /** Enabled */
            enabled?: boolean | null;
        };
        /**
         * RecordFilter
         * @description Which records: `key` and `channel` by id (0: those without one, -1: Novapi itself); `model` as it was asked for,
         *     `sent`: as its provider calls it, which is how sums are told; `status` a number, or ok, error, left, 4xx, 5xx,
         *     several with commas between; `retried`: took more than one attempt; `since` and `until` are UTC unless told;
         *     `min_cost` in US dollars; `error`: a text in it; `text`: words in what was asked and answered, as far as it is
         *     kept; `cursor`: `next` of the page before.
         */
        RecordFilter: {
            /** App */
            app?: string | null;
            /** Key */
            key?: number | null;
            /** Channel */
            channel?: number | null;
            /** Model */
            model?: string | null;
            /** Sent */
            sent?: string | null;
            /** Status */
            status?: string | null;
            /** Stream */
            stream?: boolean | null;
            /** Tools */
            tools?: boolean | null;
            /** Retried */
            retried?: boolean | null;
            /** Slow Ms */
            slow_ms?: number | null;
            /** Min Cost */
            min_cost?: number | null;
            /** Error */
            error?: string | null;
            /** Text */
            text?: string | null;
            /** Replay Of */
            replay_of?: string | null;
            /** Since */
            since?: string | null;
            /** Until */
            until?: string | null;
            /**
             * Limit
             * @default 50
             */
            limit: number;
            /** Cursor */
            cursor?: string | null;
        };
        /**
         * RecordPage
         * @description `next`: the cursor of the page after this one; null at the end.
         */
        RecordPage: {
            /** Records */
            records: components["schemas"]["RecordRow"][];
            /** Next */
            next: string | null;
        };
        /**
         * RecordRow
         * @description One call; durations in milliseconds, money in US dollars (null: the price is unknown). `cloud_usd`: what a local
         *     engine's call would have cost in the cloud.
         */
        RecordRow: {
            /** Request Id */
            request_id: string;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** Key Name */
            key_name: string;
            /** App */
            app: string;
            /** Dialect */
            dialect: string;
            /** Endpoint */
            endpoint: string;
            /** Model Asked */
            model_asked: string;
            /** Model Sent */
            model_sent: string;
            /** Model Answered */
            model_answered: string;
            /** Channel Name */
            channel_name: string;
            /** Attempts */
            attempts: number;
            /** Status */
            status: number;
            /** Error */
            error: string;
            /** Stream */
            stream: boolean;
            /** First Token Ms */
            first_token_ms: number | null;
            /** Duration Ms */
            duration_ms: number;
            /** Overhead Ms */
            overhead_ms: number;
            /** Input Tokens */
            input_tokens: number | null;
            /** Output Tokens */
            output_tokens: number | null;
            /** Cached Tokens */
            cached_tokens: number | null;
            /** Reasoning Tokens */
            reasoning_tokens: number | null;
            /** Cache Written Tokens */
            cache_written_tokens: number | null;
            /** Estimated */
            estimated: boolean;
            /** Cost Usd */
            cost_usd: number | null;
            /** Cloud Usd */
            cloud_usd: number | null;
            /** Tools */
            tools: boolean;
            /** Replay Of */
            replay_of: string;
        };
        /** RecordIds */
        RecordIds: {
            /** Id */
            id: string[];
        };
        /**
         * SummaryFilter
         * @description `by`: one or two dimensions. By `hour`, of what records are left: the last 2 days unless told, at most 7 days
         *     and 80,000 calls (50,000 if by two).
         */
        SummaryFilter: {
            /** Since */
            since?: string | null;
            /** Until */
            until?: string | null;
            /** App */
            app?: string | null;
            /** Key */
            key?: number | null;
            /** Channel */
            channel?: number | null;
            /** Model */
            model?: string | null;
            /**
             * By
             * @default [
             *       "day"
             *     ]
             */
            by: ("hour" | "day" | "week" | "month" | "key" | "app" | "channel" | "model")[];
        };
        /** SummaryOut */
        SummaryOut: {
            /**
             * Currency
             * @enum {string}
             */
            currency: "usd" | "cny";
            /** Yuan Per Dollar */
            yuan_per_dollar: number;
            /**
             * Since
             * Format: date
             */
            since: string;
            /**
             * Until
             * Format: date
             */
            until: string;
            total: components["schemas"]["SumsOut"];
            /** Rows */
            rows: components["schemas"]["SummaryRow"][];
        };
        /**
         * SummaryRow
         * @description The sums of one group: `key` and `channel` are names, and ids beside them; what was not asked `by` is null.
         */
        SummaryRow: {
            /** Requests */
            requests: number;
            /** Errors */
            errors: number;
            /** Cut */
            cut: number;
            /** Streams */
            streams: number;
            /** Retries */
            retries: number;
            /** Unpriced */
            unpriced: number;
            /** Input Tokens */
            input_tokens: number;
            /** Output Tokens */
            output_tokens: number;
            /** Cached Tokens */
            cached_tokens: number;
            /** Cache Written Tokens */
            cache_written_tokens: number;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /** Cost Usd */
            cost_usd: number;
            /** Cloud Usd */
            cloud_usd: number;
            /** Wasted Usd */
            wasted_usd: number;
            /** Duration Ms */
            duration_ms: number;
            /** First Ms P50 */
            first_ms_p50: number | null;
            /** First Ms P95 */
            first_ms_p95: number | null;
            /** Tokens Per S */
            tokens_per_s: number | null;
            /** Hour */
            hour: string | null;
            /** Day */
            day: string | null;
            /** Key */
            key: string | null;
            /** Key Id */
            key_id: number | null;
            /** App */
            app: string | null;
            /** Channel */
            channel: string | null;
            /** Channel Id */
            channel_id: number | null;
            /** Model */
            model: string | null;
        };
        /**
         * SumsOut
         * @description `unpriced`: calls whose price nobody knows, which count as nothing in `cost_usd`. `first_ms_p50` and
         *     `first_ms_p95`: to the first byte of streams, within a quarter; `tokens_per_s` of streams. `wasted_usd`: spent on
         *     answers that nobody got whole; `retries`: attempts beyond the first.
         */
        SumsOut: {
            /** Requests */
            requests: number;
            /** Errors */
            errors: number;
            /** Cut */
            cut: number;
            /** Streams */
            streams: number;
            /** Retries */
            retries: number;
            /** Unpriced */
            unpriced: number;
            /** Input Tokens */
            input_tokens: number;
            /** Output Tokens */
            output_tokens: number;
            /** Cached Tokens */
            cached_tokens: number;
            /** Cache Written Tokens */
            cache_written_tokens: number;
            /** Reasoning Tokens */
            reasoning_tokens: number;
            /** Cost Usd */
            cost_usd: number;
            /** Cloud Usd */
            cloud_usd: number;
            /** Wasted Usd */
            wasted_usd: number;
            /** Duration Ms */
            duration_ms: number;
            /** First Ms P50 */
            first_ms_p50: number | null;
            /** First Ms P95 */
            first_ms_p95: number | null;
            /** Tokens Per S */
            tokens_per_s: number | null;
        };
        /**
         * WasteFilter
         * @description `since` and `until`: the first and the last day, both counted, of the owner's time zone, the last 30 days unless
         *     told; the others as in the filter of records, `model` as it was sent.
         */
        WasteFilter: {
            /** Since */
            since?: string | null;
            /** Until */
            until?: string | null;
            /** App */
            app?: string | null;
            /** Key */
            key?: number | null;
            /** Channel */
            channel?: number | null;
            /** Model */
            model?: string | null;
        };
        /** WasteOut */
        WasteOut: {
            /**
             * Currency
             * @enum {string}
             */
            currency: "usd" | "cny";
            /** Yuan Per Dollar */
            yuan_per_dollar: number;
            /**
             * Since
             * Format: date
             */
            since: string;
            /**
             * Until
             * Format: date
             */
            until: string;
            total: components["schemas"]["WasteTotal"];
            /** Rows */
            rows: components["schemas"]["WasteRow"][];
        };
        /**
         * WasteRow
         * @description Of one channel for one reason: "cut", its app left; "broken", the answer broke off; "retried", attempts that
         *     failed with `status` (0: no answer) before another answered, whose money nobody tells. `examples`: request ids.
         */
        WasteRow: {
            /** Cost Usd */
            cost_usd: number | null;
            /** Unpriced */
            unpriced: number;
            /** Estimated */
            estimated: number;
            /** Ms */
            ms: number;
            /** Channel */
            channel: string;
            /** Channel Id */
            channel_id: number;
            /**
             * Reason
             * @enum {string}
             */
            reason: "cut" | "broken" | "retried";
            /** Status */
            status: number | null;
            /** Count */
            count: number;
            /** Examples */
            examples: string[];
        };
        /**
         * WasteTotal
         * @description `calls` that nobody got whole, `attempts` that failed before another answered.
         */
        WasteTotal: {
            /** Cost Usd */
            cost_usd: number | null;
            /** Unpriced */
            unpriced: number;
            /** Estimated */
            estimated: number;
            /** Ms */
            ms: number;
            /** Calls */
            calls: number;
            /** Attempts */
            attempts: number;
        };
        /** ExportFilter */
        ExportFilter: {
            /** App */
            app?: string | null;
            /** Key */
            key?: number | null;
            /** Channel */
            channel?: number | null;
            /** Model */
            model?: string | null;
            /** Sent */
            sent?: string | null;
            /** Status */
            status?: string | null;
            /** Stream */
            stream?: boolean | null;
            /** Tools */
            tools?: boolean | null;
            /** Retried */
            retried?: boolean | null;
            /** Slow Ms */
            slow_ms?: number | null;
            /** Min Cost */
            min_cost?: number | null;
            /** Error */
            error?: string | null;
            /** Text */
            text?: string | null;
            /** Replay Of */
            replay_of?: string | null;
            /** Since */
            since?: string | null;
            /** Until */
            until?: string | null;
            /**
             * Limit
             * @default 50
             */
            limit: number;
            /** Cursor */
            cursor?: string | null;
            /**
             * Format
             * @default csv
             * @enum {string}
             */
            format: "csv" | "jsonl";
        };
        /**
         * AttemptOut
         * @description One try: `ms` until it answered or failed, `status` of the provider (0: there was none).
         */
        AttemptOut: {
            /** Channel */
            channel: string;
            /** Key */
            key: string;
            /** Model */
            model: string;
            /** Dialect */
            dialect: string;
            /** Ms */
            ms: number;
            /** Status */
            status: number;
            /** Error */
            error: string;
        };
        /**
         * ConsideredOut
         * @description A candidate with one of its keys, and what became of it.
         */
        ConsideredOut: {
            /** Channel */
            channel: string;
            /** Key */
            key: string;
            /** Model */
            model: string;
            /** Reason */
            reason: string;
        };
        /**
         * PriceOut
         * @description What a call was reckoned with: `source` is "owner", "local", or the price list; `rates` in billionths of a US
         *     dollar per million tokens.
         */
        PriceOut: {
            /** Source */
            source: string;
            /** Rates */
            rates: {
                [key: string]: unknown;
            };
        };
        /**
         * RecordOut
         * @description A record with its price, and where the call went and why.
         */
        RecordOut: {
            /** Request Id */
            request_id: string;
            /**
             * Started At
             * Format: date-time
             */
            started_at: string;
            /** Key Name */
            key_name: string;
            /** App */
            app: string;
            /** Dialect */
            dialect: string;
            /** Endpoint */
            endpoint: string;
            /** Model Asked */
            model_asked: string;
            /** Model Sent */
            model_sent: string;
            /** Model Answered */
            model_answered: string;
            /** Channel Name */
            channel_name: string;
            /** Attempts */
            attempts: number;
            /** Status */
            status: number;
            /** Error */
            error: string;
            /** Stream */
            stream: boolean;
            /** First Token Ms */
            first_token_ms: number | null;
            /** Duration Ms */
            duration_ms: number;
            /** Overhead Ms */
            overhead_ms: number;
            /** Input Tokens */
            input_tokens: number | null;
            /** Output Tokens */
            output_tokens: number | null;
            /** Cached Tokens */
            cached_tokens: number | null;
            /** Reasoning Tokens */
            reasoning_tokens: number | null;
            /** Cache Written Tokens */
            cache_written_tokens: number | null;
            /** Estimated */
            estimated: boolean;
            /** Cost Usd */
            cost_usd: number | null;
            /** Cloud Usd */
            cloud_usd: number | null;
            /** Tools */
            tools: boolean;
            /** Replay Of */
            replay_of: string;
            price: components["schemas"]["PriceOut"] | null;
            route: components["schemas"]["RouteOut"];
        };
        /** RouteOut */
        RouteOut: {
            /** Candidates */
            candidates: components["schemas"]["ConsideredOut"][];
            /** Attempts */
            attempts: components["schemas"]["AttemptOut"][];
        };
        /**
         * BodiesOut
         * @description What the app sent (`request`) and saw (`answer`), what its provider got (`sent`) and gave (`given`); null: there
         *     was none.
         */
        BodiesOut: {
            request?: components["schemas"]["BodyOut"] | null;
            sent?: components["schemas"]["BodyOut"] | null;
            given?: components["schemas"]["BodyOut"] | null;
            answer?: components["schemas"]["BodyOut"] | null;
        };
        /**
         * BodyOut
         * @description One side of a call. `text` is null where it was no text (`binary`, of that `type`), `json` where it is no JSON;
         *     `size` is that of the whole in bytes, of which `truncated` tells that only the beginning was kept. `events`: of a
         *     stream, the milliseconds since the call came, and what came then.
         */
        BodyOut: {
            /** Text */
            text: string | null;
            /** Json */
            json?: unknown;
            /** Size */
            size: number;
            /** Truncated */
            truncated: boolean;
            /** Binary */
            binary: boolean;
            /** Type */
            type: string;
            /** Events */
            events: [
                number,
                string
            ][];
        };
        /**
         * NoBodiesOut
         * @description Why nothing is kept of a call: `detail` in words, `reason` for the dashboard's own.
         */
        NoBodiesOut: {
            /** Detail */
            detail: string;
            /**
             * Reason
             * @enum {string}
             */
            reason: "waiting" | "realtime" | "private" | "off" | "errors" | "gone" | "missed";
        };
        /**
         * ReplayIn
         * @description What is to be different: the request itself, or only its model.
         */
        ReplayIn: {
            /** Model */
            model?: string | null;
            /** Body */
            body?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * CodeOut
         * @description `masked`: keys that were in the request are "[key]" in the code.
         */
        CodeOut: {
            /** Code */
            code: string;
            /** Masked */
            masked: boolean;
        };
        /**
         * CopyOut
         * @description A copy of the database that Novapi put aside before an upgrade or a restore; `bytes`: its size.
         */
        CopyOut: {
            /** Name */
            name: string;
            /** Bytes */
            bytes: number;
            /**
             * Made At
             * Format: date-time
             */
            made_at: string;
            /**
             * Reason
             * @enum {string}
             */
            reason: "upgrade" | "restore";
        };
        /**
         * BackupIn
         * @description `captures`: whether what apps said is to be in it, too. `passphrase`: seals your keys; without one they are left
         *     out.
         */
        BackupIn: {
            /**
             * Captures
             * @default false
             */
            captures: boolean;
            /** Passphrase */
            passphrase?: string | null;
        };
        /**
         * MissingOut
         * @description What a channel lacks after a restore: `keys`, masked, and `others` like "env: HF_TOKEN".
         */
        MissingOut: {
            /** Channel */
            channel: string;
            /** Keys */
            keys: string[];
            /** Others */
            others: string[];
        };
        /**
         * RestoredOut
         * @description What was in a backup, and what became of it. `made_at`, `made_by`: when and by which version, null of a plain
         *     copy of the database. `captures`, `has_keys`: whether they are in it. `missing`: what must be entered again.
         *     `new_tokens`: the keys of apps that are others now. `master_key`: "restored", or "kept": this machine's own.
         *     `copy_name`: where in `backups/` the database is that was replaced; null after a dry run.
         */
        RestoredOut: {
            /** Dry Run */
            dry_run: boolean;
            /** Made At */
            made_at: string | null;
            /** Made By */
            made_by: string | null;
            /** Captures */
            captures: boolean;
            /** Has Keys */
            has_keys: boolean;
            /** Channels */
            channels: number;
            /** Client Keys */
            client_keys: number;
            /** Records */
            records: number;
            /** Missing */
            missing: components["schemas"]["MissingOut"][];
            /** New Tokens */
            new_tokens: string[];
            /**
             * Master Key
             * @enum {string}
             */
            master_key: "restored" | "kept";
            /** Copy Name */
            copy_name: string | null;
        };
        /**
         * ImportedOut
         * @description What came of a database of One-API. `family`: whose it is.
         */
        ImportedOut: {
            /** Dry Run */
            dry_run: boolean;
            /**
             * Family
             * @enum {string}
             */
            family: "One-API" | "new-api" | "one-hub";
            /** Channels */
            channels: components["schemas"]["MovedChannelOut"][];
            /** Tokens */
            tokens: components["schemas"]["MovedTokenOut"][];
            /** Notes */
            notes: string[];
        };
        /**
         * MovedChannelOut
         * @description A channel of One-API; `keys` and `models`: how many.
         */
        MovedChannelOut: {
            /** Name */
            name: string;
            /**
             * Outcome
             * @enum {string}
             */
            outcome: "added" | "already there" | "left out";
            /** New Name */
            new_name: string;
            /** Enabled */
            enabled: boolean;
            /** Notes */
            notes: string[];
            /** Provider */
            provider: string;
            /** Keys */
            keys: number;
            /** Models */
            models: number;
        };
        /**
         * MovedTokenOut
         * @description A token of One-API: `name` there, `new_name` here; `notes`: what holds there and not here, or why it was left
         *     out.
         */
        MovedTokenOut: {
            /** Name */
            name: string;
            /**
             * Outcome
             * @enum {string}
             */
            outcome: "added" | "already there" | "left out";
            /** New Name */
            new_name: string;
            /** Enabled */
            enabled: boolean;
            /** Notes */
            notes: string[];
        };
        /**
         * CallOut
         * @description A call in flight. `at`: when it came, a Unix time; `ms` since then; `channel`: who is asked now, if anybody.
         */
        CallOut: {
            /** Id */
            id: string;
            /** App */
            app: string;
            /** Key */
            key: string;
            /** Model */
            model: string;
            /** Dialect */
            dialect: string;
            /** Endpoint */
            endpoint: string;
            /** Stream */
            stream: boolean;
            /** At */
            at: number;
            /** Channel */
            channel: string;
            /** Attempts */
            attempts: number;
            /** Ms */
            ms: number;
            /** First Token Ms */
            first_token_ms: number | null;
        };
        /**
         * PauseOut
         * @description `paused_until`: a Unix time.
         */
        PauseOut: {
            /** Paused Until */
            paused_until: number;
        };
        /** PauseIn */
        PauseIn: {
            /**
             * Minutes
             * @default 60
             */
            minutes: number;
        };
        /**
         * ProviderOut
         * @description `name_zh`: what Chinese people call it; `keys_url`, `billing_url`: where its customers make a key, and pay;
         *     empty where that is not known. Of an engine, `tells_loaded`: what it has in memory; `pulls`: it fetches models.
         */
        ProviderOut: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Name Zh */
            name_zh: string;
            /** Base Url */
            base_url: string;
            /** Needs Base Url */
            needs_base_url: boolean;
            /** Auth */
            auth: string;
            /** Dialects */
            dialects: string[];
            /** Local */
            local: boolean;
            /** Has Model List */
            has_model_list: boolean;
            /** Key Prefixes */
            key_prefixes: string[];
            /** Docs */
            docs: string;
            /** Keys Url */
            keys_url: string;
            /** Billing Url */
            billing_url: string;
            /** Tells Loaded */
            tells_loaded: boolean;
            /** Pulls */
            pulls: boolean;
            /** Unverified */
            unverified: string[];
        };
        /**
         * CandidateOut
         * @description Who serves a name: `model` is what its channel offers it as, `local`: it stays on this machine. What it can do
         *     is null where nobody tells. `paused`: why it is left alone, empty if it is not; `seconds` to go, null: nobody
         *     knows; `latency_ms` to the first byte, smoothed. Both are those of the channel's best key.
         */
        CandidateOut: {
            /** Channel Id */
            channel_id: number;
            /** Channel */
            channel: string;
            /** Provider */
            provider: string;
            /** Local */
            local: boolean;
            /** Model */
            model: string;
            /** Upstream */
            upstream: string;
            /** Priority */
            priority: number;
            /** Weight */
            weight: number;
            /** Vision */
            vision: boolean | null;
            /** Tools */
            tools: boolean | null;
            /** Reasoning */
            reasoning: boolean | null;
            /** Context Tokens */
            context_tokens: number | null;
            price: components["schemas"]["ModelPrice"];
            /** Paused */
            paused: string;
            /** Seconds */
            seconds: number | null;
            /** Latency Ms */
            latency_ms: number | null;
        };
        /**
         * ModelOut
         * @description A public name: the channels that offer it, or the models it stands for. `strategy`: of an alias, null for
         *     others; `chats`: by its name one can; `built_in`: Novapi answers it itself; `candidates`: who serves it, in the
         *     order of priority or of the alias.
         */
        ModelOut: {
            /** Name */
            name: string;
            /** Channels */
            channels: string[];
            /** Alias Of */
            alias_of: string[];
            /** Strategy */
            strategy: ("priority" | "round-robin" | "latency" | "cheapest" | "local-first") | null;
            /** Chats */
            chats: boolean;
            /** Built In */
            built_in: boolean;
            /** Candidates */
            candidates: components["schemas"]["CandidateOut"][];
        };
        /**
         * ModelPrice
         * @description US dollars per million tokens of text, of short prompts where long ones cost more; `source`: yours (the channel
         *     says so), list, local (nothing to pay); null: nobody knows.
         */
        ModelPrice: {
            /** Input */
            input: number | null;
            /** Output */
            output: number | null;
            /** Cached */
            cached: number | null;
            /** Source */
            source: ("yours" | "list" | "local") | null;
        };
        /**
         * PreferencesOut
         * @description `currency`: of texts that name money; the API's numbers are US dollars whatever it is. `on_close`: whether the
         *     gateway is kept when the window is closed.
         */
        PreferencesOut: {
            /** Max Attempts */
            max_attempts: number;
            /** Connect S */
            connect_s: number;
            /** First Byte S */
            first_byte_s: number;
            /** Idle S */
            idle_s: number;
            /** Total S */
            total_s: number;
            /** Max Body Mb */
            max_body_mb: number;
            /** Failures To Pause */
            failures_to_pause: number | null;
            /** Sticky */
            sticky: boolean;
            /** Runaway Failures */
            runaway_failures: number | null;
            /** Runaway Usd Per Minute */
            runaway_usd_per_minute: number | null;
            /** Paid Recovery */
            paid_recovery: boolean;
            /** Offline */
            offline: boolean;
            /** Capture */
            capture: string;
            /** Capture Mb */
            capture_mb: number;
            /** Capture Days */
            capture_days: number;
            /** Record Days */
            record_days: number | null;
            /** Currency */
            currency: string;
            /** Yuan Per Dollar */
            yuan_per_dollar: number;
            /** On Close */
            on_close: string;
        };
        /** PreferencesPatch */
        PreferencesPatch: {
            /** Max Attempts */
            max_attempts?: number | null;
            /** Connect S */
            connect_s?: number | null;
            /** First Byte S */
            first_byte_s?: number | null;
            /** Idle S */
            idle_s?: number | null;
            /** Total S */
            total_s?: number | null;
            /** Max Body Mb */
            max_body_mb?: number | null;
            /** Failures To Pause */
            failures_to_pause?: number | null;
            /** Sticky */
            sticky?: boolean | null;
            /** Runaway Failures */
            runaway_failures?: number | null;
            /** Runaway Usd Per Minute */
            runaway_usd_per_minute?: number | null;
            /** Paid Recovery */
            paid_recovery?: boolean | null;
            /** Offline */
            offline?: boolean | null;
            /** Capture */
            capture?: ("all" | "errors" | "off") | null;
            /** Capture Mb */
            capture_mb?: number | null;
            /** Capture Days */
            capture_days?: number | null;
            /** Record Days */
            record_days?: number | null;
            /** Currency */
            currency?: ("usd" | "cny") | null;
            /** Yuan Per Dollar */
            yuan_per_dollar?: number | null;
            /** On Close */
            on_close?: ("keep" | "quit") | null;
        };
        /**
         * MovedOut
         * @description `holder`: whose the port is instead; empty where the system doesn't tell.
         */
        MovedOut: {
            /** Port */
            port: number;
            /** Holder */
            holder: string;
        };
        /**
         * StatusOut
         * @description `base_url`: what apps call, without "/v1"; `started_at`: a Unix time; `secrets`: where the data key is kept;
         *     `unreadable_keys`: stored API keys that it does not open; `paused_until`: a Unix time, null: apps are served;
         *     `readers`: of live events, now; `captures_…`: calls whose bodies are not on disk yet, or never will be, and MiB
         *     that all take; `database_mb`: MiB of the whole database; `moved_from`: the port that was wanted and is another
         *     program's.
         */
        StatusOut: {
            /** Version */
            version: string;
            /** Python */
            python: string;
            /** Sqlite */
            sqlite: string;
            /** Base Url */
            base_url: string;
            /** Port */
            port: number;
            moved_from: components["schemas"]["MovedOut"] | null;
            /** Started At */
            started_at: number;
            /** Home */
            home: string;
            /** Database Mb */
            database_mb: number;
            /** Secrets */
            secrets: string;
            /** Unreadable Keys */
            unreadable_keys: number;
            /** Channels */
            channels: number;
            /** Models */
            models: number;
            /** Paused Until */
            paused_until: number | null;
            /** Stopped Apps */
            stopped_apps: number;
            /** Readers */
            readers: number;
            /** Records Waiting */
            records_waiting: number;
            /** Records Lost */
            records_lost: number;
            /** Captures Waiting */
            captures_waiting: number;
            /** Captures Lost */
            captures_lost: number;
            /** Captures Mb */
            captures_mb: number;
        };
        /**
         * AboutOut
         * @description Novapi, and the libraries that are installed for it to run. `built_at`: when the executable was made; null where
         *     Novapi runs from its source. `event_loop`, `http_parser`: the modules that serve.
         */
        AboutOut: {
            /** Version */
            version: string;
            /** Licence */
            licence: string;
            /** Built At */
            built_at: string | null;
            /** Executable */
            executable: boolean;
            /** Event Loop */
            event_loop: string;
            /** Http Parser */
            http_parser: string;
            /** Libraries */
            libraries: components["schemas"]["LibraryOut"][];
        };
        /**
         * LibraryOut
         * @description `licence`: its name as the library states it, empty where it does not.
         */
        LibraryOut: {
            /** Name */
            name: string;
            /** Version */
            version: string;
            /** Licence */
            licence: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    dashboard_api_channels_list_channels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelOut"][];
                };
            };
        };
    };
    dashboard_api_channels_create_channel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelIn"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelOut"];
                };
            };
        };
    };
    dashboard_api_channels_get_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelOut"];
                };
            };
        };
    };
    dashboard_api_channels_delete_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    dashboard_api_channels_change_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelPatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelOut"];
                };
            };
        };
    };
    dashboard_api_channels_duplicate_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelOut"];
                };
            };
        };
    };
    dashboard_api_channels_preview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreviewIn"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviewOut"];
                };
            };
        };
    };
    dashboard_api_trials_cost_of_trial: {
        parameters: {
            query?: {
                model?: string;
            };
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestCost"];
                };
            };
        };
    };
    dashboard_api_trials_try_channel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TestIn"] | null;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestOut"];
                };
            };
        };
    };
    dashboard_api_trials_try_channels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RoundIn"] | null;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    dashboard_api_fetched_fetch_models: {
        parameters: {
            query?: {
                add?: boolean;
                remove?: boolean;
            };
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FetchedModels"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
        };
    };
    dashboard_api_discovery_last_scan: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DiscoveryOut"];
                };
            };
        };
    };
    dashboard_api_discovery_scan: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DiscoveryOut"];
                };
            };
        };
    };
    dashboard_api_discovery_add_channel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FoundIn"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelOut"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    dashboard_api_engines_start: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EngineOut"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    dashboard_api_engines_stop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EngineOut"];
                };
            };
        };
    };
    dashboard_api_engines_restart: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EngineOut"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    dashboard_api_engines_log: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    dashboard_api_native_list_loaded: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoadedOut"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
        };
    };
    dashboard_api_native_load_model: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoadIn"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoadedOut"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
        };
    };
    dashboard_api_native_unload_model: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UnloadIn"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoadedOut"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
        };
    };
    dashboard_api_native_pull_model: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PullIn"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoadedOut"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
        };
    };
    dashboard_api_keys_list_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyOut"][];
                };
            };
        };
    };
    dashboard_api_keys_create_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyIn"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyWithToken"];
                };
            };
        };
    };
    dashboard_api_keys_get_master: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyWithToken"];
                };
            };
        };
    };
    dashboard_api_keys_rotate_master: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyWithToken"];
                };
            };
        };
    };
    dashboard_api_keys_get_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyWithToken"];
                };
            };
        };
    };
    dashboard_api_keys_delete_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    dashboard_api_keys_change_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyPatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyOut"];
                };
            };
        };
    };
    dashboard_api_keys_resume_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyOut"];
                };
            };
        };
    };
    dashboard_api_aliases_list_aliases: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasOut"][];
                };
            };
        };
    };
    dashboard_api_aliases_create_alias: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AliasIn"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasOut"];
                };
            };
        };
    };
    dashboard_api_aliases_get_alias: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                alias_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasOut"];
                };
            };
        };
    };
    dashboard_api_aliases_delete_alias: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                alias_id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    dashboard_api_aliases_change_alias: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                alias_id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AliasPatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasOut"];
                };
            };
        };
    };
    dashboard_api_usage_list_records: {
        parameters: {
            query?: {
                app?: string | null;
                key?: number | null;
                channel?: number | null;
                model?: string | null;
                sent?: string | null;
                status?: string | null;
                stream?: boolean | null;
                tools?: boolean | null;
                retried?: boolean | null;
                slow_ms?: number | null;
                min_cost?: number | null;
                error?: string | null;
                text?: string | null;
                replay_of?: string | null;
                since?: string | null;
                until?: string | null;
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordPage"];
                };
            };
        };
    };
    dashboard_api_usage_delete_records: {
        parameters: {
            query: {
                id: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    dashboard_api_usage_get_summary: {
        parameters: {
            query?: {
                since?: string | null;
                until?: string | null;
                app?: string | null;
                key?: number | null;
                channel?: number | null;
                model?: string | null;
                by?: ("hour" | "day" | "week" | "month" | "key" | "app" | "channel" | "model")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SummaryOut"];
                };
            };
        };
    };
    dashboard_api_usage_get_waste: {
        parameters: {
            query?: {
                since?: string | null;
                until?: string | null;
                app?: string | null;
                key?: number | null;
                channel?: number | null;
                model?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WasteOut"];
                };
            };
        };
    };
    dashboard_api_usage_export: {
        parameters: {
            query?: {
                app?: string | null;
                key?: number | null;
                channel?: number | null;
                model?: string | null;
                sent?: string | null;
                status?: string | null;
                stream?: boolean | null;
                tools?: boolean | null;
                retried?: boolean | null;
                slow_ms?: number | null;
                min_cost?: number | null;
                error?: string | null;
                text?: string | null;
                replay_of?: string | null;
                since?: string | null;
                until?: string | null;
                limit?: number;
                cursor?: string | null;
                format?: "csv" | "jsonl";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    dashboard_api_usage_get_record: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                request_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordOut"];
                };
            };
        };
    };
    dashboard_api_usage_delete_record: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                request_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    dashboard_api_captures_get_bodies: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                request_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BodiesOut"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NoBodiesOut"];
                };
            };
        };
    };
    dashboard_api_replays_replay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                request_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ReplayIn"] | null;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    dashboard_api_as_code_get_code: {
        parameters: {
            query: {
                language: "curl" | "python" | "javascript";
                to?: "novapi" | "provider";
            };
            header?: never;
            path: {
                request_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CodeOut"];
                };
            };
        };
    };
    dashboard_api_backups_list_copies: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CopyOut"][];
                };
            };
        };
    };
    dashboard_api_backups_make_backup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["BackupIn"] | null;
            };
        };
        responses: {
            /** @description The backup */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": unknown;
                };
            };
        };
    };
    dashboard_api_backups_restore: {
        parameters: {
            query?: {
                dry_run?: boolean;
            };
            header?: {
                x_novapi_passphrase?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RestoredOut"];
                };
            };
        };
    };
    dashboard_api_imports_import_one_api: {
        parameters: {
            query?: {
                dry_run?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportedOut"];
                };
            };
        };
    };
    dashboard_api_live_events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    dashboard_api_live_list_calls: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallOut"][];
                };
            };
        };
    };
    dashboard_api_live_stop_call: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                call_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
        };
    };
    dashboard_api_live_begin_pause: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PauseIn"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PauseOut"];
                };
            };
        };
    };
    dashboard_api_live_end_pause: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    dashboard_api_system_list_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderOut"][];
                };
            };
        };
    };
    dashboard_api_system_list_models: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelOut"][];
                };
            };
        };
    };
    dashboard_api_system_get_preferences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreferencesOut"];
                };
            };
        };
    };
    dashboard_api_system_change_preferences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreferencesPatch"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreferencesOut"];
                };
            };
        };
    };
    dashboard_api_system_get_status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatusOut"];
                };
            };
        };
    };
    dashboard_api_system_get_about: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AboutOut"];
                };
            };
        };
    };
    dashboard_api_system_get_licences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                };
            };
        };
    };
}
