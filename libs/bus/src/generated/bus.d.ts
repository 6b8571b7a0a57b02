import * as $protobuf from "protobufjs";
import Long = require("long");

/** Namespace skein. */
export namespace skein {

    /** Namespace bus. */
    namespace bus {

        /**
         * Properties of a Frame.
         * @deprecated Use skein.bus.Frame.$Properties instead.
         */
        interface IFrame extends skein.bus.Frame.$Properties {
        }

        /** Represents a Frame. */
        class Frame {

            /**
             * Constructs a new Frame.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Frame.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Frame deliver. */
            deliver?: (skein.bus.Deliver.$Properties|null);

            /** Frame publish. */
            publish?: (skein.bus.Publish.$Properties|null);

            /** Frame returned. */
            returned?: (skein.bus.Returned.$Properties|null);

            /** Frame linkAck. */
            linkAck?: (skein.bus.LinkAck.$Properties|null);

            /** Frame interest. */
            interest?: (skein.bus.Interest.$Properties|null);

            /** Frame interestUpdate. */
            interestUpdate?: (skein.bus.InterestUpdate.$Properties|null);

            /** Frame applied. */
            applied?: (skein.bus.Applied.$Properties|null);

            /** Frame settled. */
            settled?: (skein.bus.Settled.$Properties|null);

            /** Frame request. */
            request?: (skein.bus.Request.$Properties|null);

            /** Frame response. */
            response?: (skein.bus.Response.$Properties|null);

            /** Frame heartbeat. */
            heartbeat?: (skein.bus.Heartbeat.$Properties|null);

            /** Frame hello. */
            hello?: (skein.bus.Hello.$Properties|null);

            /** Frame welcome. */
            welcome?: (skein.bus.Welcome.$Properties|null);

            /** Frame refused. */
            refused?: (skein.bus.Refused.$Properties|null);

            /** Frame peerJoined. */
            peerJoined?: (skein.bus.PeerJoined.$Properties|null);

            /** Frame peerLeft. */
            peerLeft?: (skein.bus.PeerLeft.$Properties|null);

            /** Frame linkHello. */
            linkHello?: (skein.bus.LinkHello.$Properties|null);

            /** Frame linkWelcome. */
            linkWelcome?: (skein.bus.LinkWelcome.$Properties|null);

            /** Frame linkState. */
            linkState?: (skein.bus.LinkState.$Properties|null);

            /** Frame listen. */
            listen?: (skein.bus.Listen.$Properties|null);

            /** Frame configure. */
            configure?: (skein.bus.Configure.$Properties|null);

            /** Frame configured. */
            configured?: (skein.bus.Configured.$Properties|null);

            /** Frame lease. */
            lease?: (skein.bus.Lease.$Properties|null);

            /** Frame leased. */
            leased?: (skein.bus.Leased.$Properties|null);

            /** Frame shutdown. */
            shutdown?: (skein.bus.Shutdown.$Properties|null);

            /** Frame authRequest. */
            authRequest?: (skein.bus.AuthRequest.$Properties|null);

            /** Frame authResponse. */
            authResponse?: (skein.bus.AuthResponse.$Properties|null);

            /** Frame watch. */
            watch?: (skein.bus.Watch.$Properties|null);

            /** Frame watched. */
            watched?: (skein.bus.Watched.$Properties|null);

            /** Frame body. */
            body?: ("deliver"|"publish"|"returned"|"linkAck"|"interest"|"interestUpdate"|"applied"|"settled"|"request"|"response"|"heartbeat"|"hello"|"welcome"|"refused"|"peerJoined"|"peerLeft"|"linkHello"|"linkWelcome"|"linkState"|"listen"|"configure"|"configured"|"lease"|"leased"|"shutdown"|"authRequest"|"authResponse"|"watch"|"watched");

            /**
             * Encodes the specified Frame message. Does not implicitly {@link skein.bus.Frame.verify|verify} messages.
             * @param message Frame message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Frame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Frame message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Frame & skein.bus.Frame.$Shape} Frame
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Frame & skein.bus.Frame.$Shape;
        }

        namespace Frame {

            /** Properties of a Frame. */
            interface $Properties {

                /** Frame deliver */
                deliver?: (skein.bus.Deliver.$Properties|null);

                /** Frame publish */
                publish?: (skein.bus.Publish.$Properties|null);

                /** Frame returned */
                returned?: (skein.bus.Returned.$Properties|null);

                /** Frame linkAck */
                linkAck?: (skein.bus.LinkAck.$Properties|null);

                /** Frame interest */
                interest?: (skein.bus.Interest.$Properties|null);

                /** Frame interestUpdate */
                interestUpdate?: (skein.bus.InterestUpdate.$Properties|null);

                /** Frame applied */
                applied?: (skein.bus.Applied.$Properties|null);

                /** Frame settled */
                settled?: (skein.bus.Settled.$Properties|null);

                /** Frame request */
                request?: (skein.bus.Request.$Properties|null);

                /** Frame response */
                response?: (skein.bus.Response.$Properties|null);

                /** Frame heartbeat */
                heartbeat?: (skein.bus.Heartbeat.$Properties|null);

                /** Frame hello */
                hello?: (skein.bus.Hello.$Properties|null);

                /** Frame welcome */
                welcome?: (skein.bus.Welcome.$Properties|null);

                /** Frame refused */
                refused?: (skein.bus.Refused.$Properties|null);

                /** Frame peerJoined */
                peerJoined?: (skein.bus.PeerJoined.$Properties|null);

                /** Frame peerLeft */
                peerLeft?: (skein.bus.PeerLeft.$Properties|null);

                /** Frame linkHello */
                linkHello?: (skein.bus.LinkHello.$Properties|null);

                /** Frame linkWelcome */
                linkWelcome?: (skein.bus.LinkWelcome.$Properties|null);

                /** Frame linkState */
                linkState?: (skein.bus.LinkState.$Properties|null);

                /** Frame listen */
                listen?: (skein.bus.Listen.$Properties|null);

                /** Frame configure */
                configure?: (skein.bus.Configure.$Properties|null);

                /** Frame configured */
                configured?: (skein.bus.Configured.$Properties|null);

                /** Frame lease */
                lease?: (skein.bus.Lease.$Properties|null);

                /** Frame leased */
                leased?: (skein.bus.Leased.$Properties|null);

                /** Frame shutdown */
                shutdown?: (skein.bus.Shutdown.$Properties|null);

                /** Frame authRequest */
                authRequest?: (skein.bus.AuthRequest.$Properties|null);

                /** Frame authResponse */
                authResponse?: (skein.bus.AuthResponse.$Properties|null);

                /** Frame watch */
                watch?: (skein.bus.Watch.$Properties|null);

                /** Frame watched */
                watched?: (skein.bus.Watched.$Properties|null);

                /** Frame body */
                body?: ("deliver"|"publish"|"returned"|"linkAck"|"interest"|"interestUpdate"|"applied"|"settled"|"request"|"response"|"heartbeat"|"hello"|"welcome"|"refused"|"peerJoined"|"peerLeft"|"linkHello"|"linkWelcome"|"linkState"|"listen"|"configure"|"configured"|"lease"|"leased"|"shutdown"|"authRequest"|"authResponse"|"watch"|"watched");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Frame. */
            type $Shape = {
              deliver?: skein.bus.Deliver.$Shape|null;
              publish?: skein.bus.Publish.$Shape|null;
              returned?: skein.bus.Returned.$Shape|null;
              linkAck?: skein.bus.LinkAck.$Shape|null;
              interest?: skein.bus.Interest.$Shape|null;
              interestUpdate?: skein.bus.InterestUpdate.$Shape|null;
              applied?: skein.bus.Applied.$Shape|null;
              settled?: skein.bus.Settled.$Shape|null;
              request?: skein.bus.Request.$Shape|null;
              response?: skein.bus.Response.$Shape|null;
              heartbeat?: skein.bus.Heartbeat.$Shape|null;
              hello?: skein.bus.Hello.$Shape|null;
              welcome?: skein.bus.Welcome.$Shape|null;
              refused?: skein.bus.Refused.$Shape|null;
              peerJoined?: skein.bus.PeerJoined.$Shape|null;
              peerLeft?: skein.bus.PeerLeft.$Shape|null;
              linkHello?: skein.bus.LinkHello.$Shape|null;
              linkWelcome?: skein.bus.LinkWelcome.$Shape|null;
              linkState?: skein.bus.LinkState.$Shape|null;
              listen?: skein.bus.Listen.$Shape|null;
              configure?: skein.bus.Configure.$Shape|null;
              configured?: skein.bus.Configured.$Shape|null;
              lease?: skein.bus.Lease.$Shape|null;
              leased?: skein.bus.Leased.$Shape|null;
              shutdown?: skein.bus.Shutdown.$Shape|null;
              authRequest?: skein.bus.AuthRequest.$Shape|null;
              authResponse?: skein.bus.AuthResponse.$Shape|null;
              watch?: skein.bus.Watch.$Shape|null;
              watched?: skein.bus.Watched.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ body?: undefined; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "deliver"; deliver: skein.bus.Deliver.$Shape; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "publish"; deliver?: null; publish: skein.bus.Publish.$Shape; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "returned"; deliver?: null; publish?: null; returned: skein.bus.Returned.$Shape; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "linkAck"; deliver?: null; publish?: null; returned?: null; linkAck: skein.bus.LinkAck.$Shape; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "interest"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest: skein.bus.Interest.$Shape; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "interestUpdate"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate: skein.bus.InterestUpdate.$Shape; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "applied"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied: skein.bus.Applied.$Shape; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "settled"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled: skein.bus.Settled.$Shape; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "request"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request: skein.bus.Request.$Shape; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "response"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response: skein.bus.Response.$Shape; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "heartbeat"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat: skein.bus.Heartbeat.$Shape; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "hello"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello: skein.bus.Hello.$Shape; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "welcome"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome: skein.bus.Welcome.$Shape; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "refused"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused: skein.bus.Refused.$Shape; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "peerJoined"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined: skein.bus.PeerJoined.$Shape; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "peerLeft"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft: skein.bus.PeerLeft.$Shape; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "linkHello"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello: skein.bus.LinkHello.$Shape; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "linkWelcome"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome: skein.bus.LinkWelcome.$Shape; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "linkState"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState: skein.bus.LinkState.$Shape; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "listen"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen: skein.bus.Listen.$Shape; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "configure"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure: skein.bus.Configure.$Shape; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "configured"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured: skein.bus.Configured.$Shape; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "lease"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease: skein.bus.Lease.$Shape; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "leased"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased: skein.bus.Leased.$Shape; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "shutdown"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown: skein.bus.Shutdown.$Shape; authRequest?: null; authResponse?: null; watch?: null; watched?: null }|{ body?: "authRequest"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest: skein.bus.AuthRequest.$Shape; authResponse?: null; watch?: null; watched?: null }|{ body?: "authResponse"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse: skein.bus.AuthResponse.$Shape; watch?: null; watched?: null }|{ body?: "watch"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch: skein.bus.Watch.$Shape; watched?: null }|{ body?: "watched"; deliver?: null; publish?: null; returned?: null; linkAck?: null; interest?: null; interestUpdate?: null; applied?: null; settled?: null; request?: null; response?: null; heartbeat?: null; hello?: null; welcome?: null; refused?: null; peerJoined?: null; peerLeft?: null; linkHello?: null; linkWelcome?: null; linkState?: null; listen?: null; configure?: null; configured?: null; lease?: null; leased?: null; shutdown?: null; authRequest?: null; authResponse?: null; watch?: null; watched: skein.bus.Watched.$Shape })
            );
        }

        /**
         * Properties of a Deliver.
         * @deprecated Use skein.bus.Deliver.$Properties instead.
         */
        interface IDeliver extends skein.bus.Deliver.$Properties {
        }

        /** Represents a Deliver. */
        class Deliver {

            /**
             * Constructs a new Deliver.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Deliver.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Deliver account. */
            account: string;

            /** Deliver subject. */
            subject: Uint8Array;

            /** Deliver reply. */
            reply: Uint8Array;

            /** Deliver headerBytes. */
            headerBytes: number;

            /** Deliver payload. */
            payload: Uint8Array;

            /** Deliver plain. */
            plain: boolean;

            /** Deliver queues. */
            queues: Uint8Array[];

            /** Deliver request. */
            request: number;

            /** Deliver targets. */
            targets: number;

            /** Deliver shown. */
            shown: Uint8Array;

            /**
             * Encodes the specified Deliver message. Does not implicitly {@link skein.bus.Deliver.verify|verify} messages.
             * @param message Deliver message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Deliver.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Deliver message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Deliver & skein.bus.Deliver.$Shape} Deliver
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Deliver & skein.bus.Deliver.$Shape;
        }

        namespace Deliver {

            /** Properties of a Deliver. */
            interface $Properties {

                /** Deliver account */
                account?: (string|null);

                /** Deliver subject */
                subject?: (Uint8Array|null);

                /** Deliver reply */
                reply?: (Uint8Array|null);

                /** Deliver headerBytes */
                headerBytes?: (number|null);

                /** Deliver payload */
                payload?: (Uint8Array|null);

                /** Deliver plain */
                plain?: (boolean|null);

                /** Deliver queues */
                queues?: (Uint8Array[]|null);

                /** Deliver request */
                request?: (number|null);

                /** Deliver targets */
                targets?: (number|null);

                /** Deliver shown */
                shown?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Deliver. */
            type $Shape = skein.bus.Deliver.$Properties;
        }

        /**
         * Properties of a Publish.
         * @deprecated Use skein.bus.Publish.$Properties instead.
         */
        interface IPublish extends skein.bus.Publish.$Properties {
        }

        /** Represents a Publish. */
        class Publish {

            /**
             * Constructs a new Publish.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Publish.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Publish account. */
            account: string;

            /** Publish subject. */
            subject: Uint8Array;

            /** Publish reply. */
            reply: Uint8Array;

            /** Publish headerBytes. */
            headerBytes: number;

            /** Publish payload. */
            payload: Uint8Array;

            /** Publish shown. */
            shown: Uint8Array;

            /** Publish request. */
            request: number;

            /**
             * Encodes the specified Publish message. Does not implicitly {@link skein.bus.Publish.verify|verify} messages.
             * @param message Publish message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Publish.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Publish message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Publish & skein.bus.Publish.$Shape} Publish
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Publish & skein.bus.Publish.$Shape;
        }

        namespace Publish {

            /** Properties of a Publish. */
            interface $Properties {

                /** Publish account */
                account?: (string|null);

                /** Publish subject */
                subject?: (Uint8Array|null);

                /** Publish reply */
                reply?: (Uint8Array|null);

                /** Publish headerBytes */
                headerBytes?: (number|null);

                /** Publish payload */
                payload?: (Uint8Array|null);

                /** Publish shown */
                shown?: (Uint8Array|null);

                /** Publish request */
                request?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Publish. */
            type $Shape = skein.bus.Publish.$Properties;
        }

        /**
         * Properties of a Returned.
         * @deprecated Use skein.bus.Returned.$Properties instead.
         */
        interface IReturned extends skein.bus.Returned.$Properties {
        }

        /** Represents a Returned. */
        class Returned {

            /**
             * Constructs a new Returned.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Returned.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Returned request. */
            request: number;

            /** Returned targets. */
            targets: number;

            /** Returned account. */
            account: string;

            /** Returned subject. */
            subject: Uint8Array;

            /** Returned reply. */
            reply: Uint8Array;

            /** Returned headerBytes. */
            headerBytes: number;

            /** Returned payload. */
            payload: Uint8Array;

            /** Returned queues. */
            queues: Uint8Array[];

            /** Returned shown. */
            shown: Uint8Array;

            /**
             * Encodes the specified Returned message. Does not implicitly {@link skein.bus.Returned.verify|verify} messages.
             * @param message Returned message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Returned.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Returned message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Returned & skein.bus.Returned.$Shape} Returned
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Returned & skein.bus.Returned.$Shape;
        }

        namespace Returned {

            /** Properties of a Returned. */
            interface $Properties {

                /** Returned request */
                request?: (number|null);

                /** Returned targets */
                targets?: (number|null);

                /** Returned account */
                account?: (string|null);

                /** Returned subject */
                subject?: (Uint8Array|null);

                /** Returned reply */
                reply?: (Uint8Array|null);

                /** Returned headerBytes */
                headerBytes?: (number|null);

                /** Returned payload */
                payload?: (Uint8Array|null);

                /** Returned queues */
                queues?: (Uint8Array[]|null);

                /** Returned shown */
                shown?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Returned. */
            type $Shape = skein.bus.Returned.$Properties;
        }

        /**
         * Properties of a LinkAck.
         * @deprecated Use skein.bus.LinkAck.$Properties instead.
         */
        interface ILinkAck extends skein.bus.LinkAck.$Properties {
        }

        /** Represents a LinkAck. */
        class LinkAck {

            /**
             * Constructs a new LinkAck.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.LinkAck.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LinkAck frames. */
            frames: number;

            /** LinkAck bytes. */
            bytes: number;

            /** LinkAck returnedBytes. */
            returnedBytes: number;

            /**
             * Encodes the specified LinkAck message. Does not implicitly {@link skein.bus.LinkAck.verify|verify} messages.
             * @param message LinkAck message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.LinkAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LinkAck message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.LinkAck & skein.bus.LinkAck.$Shape} LinkAck
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.LinkAck & skein.bus.LinkAck.$Shape;
        }

        namespace LinkAck {

            /** Properties of a LinkAck. */
            interface $Properties {

                /** LinkAck frames */
                frames?: (number|null);

                /** LinkAck bytes */
                bytes?: (number|null);

                /** LinkAck returnedBytes */
                returnedBytes?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LinkAck. */
            type $Shape = skein.bus.LinkAck.$Properties;
        }

        /**
         * Properties of an Interest.
         * @deprecated Use skein.bus.Interest.$Properties instead.
         */
        interface IInterest extends skein.bus.Interest.$Properties {
        }

        /** Represents an Interest. */
        class Interest {

            /**
             * Constructs a new Interest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Interest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Interest sequence. */
            sequence: number;

            /** Interest complete. */
            complete: boolean;

            /** Interest changes. */
            changes: skein.bus.Change.$Properties[];

            /**
             * Encodes the specified Interest message. Does not implicitly {@link skein.bus.Interest.verify|verify} messages.
             * @param message Interest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Interest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Interest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Interest & skein.bus.Interest.$Shape} Interest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Interest & skein.bus.Interest.$Shape;
        }

        namespace Interest {

            /** Properties of an Interest. */
            interface $Properties {

                /** Interest sequence */
                sequence?: (number|null);

                /** Interest complete */
                complete?: (boolean|null);

                /** Interest changes */
                changes?: (skein.bus.Change.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Interest. */
            type $Shape = skein.bus.Interest.$Properties;
        }

        /**
         * Properties of a Change.
         * @deprecated Use skein.bus.Change.$Properties instead.
         */
        interface IChange extends skein.bus.Change.$Properties {
        }

        /** Represents a Change. */
        class Change {

            /**
             * Constructs a new Change.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Change.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Change account. */
            account: string;

            /** Change subject. */
            subject: Uint8Array;

            /** Change queue. */
            queue: Uint8Array;

            /** Change weight. */
            weight: number;

            /**
             * Encodes the specified Change message. Does not implicitly {@link skein.bus.Change.verify|verify} messages.
             * @param message Change message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Change.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Change message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Change & skein.bus.Change.$Shape} Change
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Change & skein.bus.Change.$Shape;
        }

        namespace Change {

            /** Properties of a Change. */
            interface $Properties {

                /** Change account */
                account?: (string|null);

                /** Change subject */
                subject?: (Uint8Array|null);

                /** Change queue */
                queue?: (Uint8Array|null);

                /** Change weight */
                weight?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Change. */
            type $Shape = skein.bus.Change.$Properties;
        }

        /**
         * Properties of an InterestUpdate.
         * @deprecated Use skein.bus.InterestUpdate.$Properties instead.
         */
        interface IInterestUpdate extends skein.bus.InterestUpdate.$Properties {
        }

        /** Represents an InterestUpdate. */
        class InterestUpdate {

            /**
             * Constructs a new InterestUpdate.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.InterestUpdate.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** InterestUpdate epoch. */
            epoch: number;

            /** InterestUpdate version. */
            version: number;

            /** InterestUpdate snapshot. */
            snapshot: boolean;

            /** InterestUpdate partial. */
            partial: boolean;

            /** InterestUpdate declarer. */
            declarer: number;

            /** InterestUpdate begin. */
            begin: boolean;

            /** InterestUpdate changes. */
            changes: skein.bus.Change.$Properties[];

            /**
             * Encodes the specified InterestUpdate message. Does not implicitly {@link skein.bus.InterestUpdate.verify|verify} messages.
             * @param message InterestUpdate message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.InterestUpdate.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an InterestUpdate message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.InterestUpdate & skein.bus.InterestUpdate.$Shape} InterestUpdate
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.InterestUpdate & skein.bus.InterestUpdate.$Shape;
        }

        namespace InterestUpdate {

            /** Properties of an InterestUpdate. */
            interface $Properties {

                /** InterestUpdate epoch */
                epoch?: (number|null);

                /** InterestUpdate version */
                version?: (number|null);

                /** InterestUpdate snapshot */
                snapshot?: (boolean|null);

                /** InterestUpdate partial */
                partial?: (boolean|null);

                /** InterestUpdate declarer */
                declarer?: (number|null);

                /** InterestUpdate begin */
                begin?: (boolean|null);

                /** InterestUpdate changes */
                changes?: (skein.bus.Change.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an InterestUpdate. */
            type $Shape = skein.bus.InterestUpdate.$Properties;
        }

        /**
         * Properties of a Watch.
         * @deprecated Use skein.bus.Watch.$Properties instead.
         */
        interface IWatch extends skein.bus.Watch.$Properties {
        }

        /** Represents a Watch. */
        class Watch {

            /**
             * Constructs a new Watch.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Watch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Watch id. */
            id: number;

            /** Watch account. */
            account: string;

            /** Watch subject. */
            subject: Uint8Array;

            /** Watch ended. */
            ended: boolean;

            /** Watch queue. */
            queue: Uint8Array;

            /**
             * Encodes the specified Watch message. Does not implicitly {@link skein.bus.Watch.verify|verify} messages.
             * @param message Watch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Watch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Watch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Watch & skein.bus.Watch.$Shape} Watch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Watch & skein.bus.Watch.$Shape;
        }

        namespace Watch {

            /** Properties of a Watch. */
            interface $Properties {

                /** Watch id */
                id?: (number|null);

                /** Watch account */
                account?: (string|null);

                /** Watch subject */
                subject?: (Uint8Array|null);

                /** Watch ended */
                ended?: (boolean|null);

                /** Watch queue */
                queue?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Watch. */
            type $Shape = skein.bus.Watch.$Properties;
        }

        /**
         * Properties of a Watched.
         * @deprecated Use skein.bus.Watched.$Properties instead.
         */
        interface IWatched extends skein.bus.Watched.$Properties {
        }

        /** Represents a Watched. */
        class Watched {

            /**
             * Constructs a new Watched.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Watched.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Watched id. */
            id: number;

            /** Watched interested. */
            interested: boolean;

            /**
             * Encodes the specified Watched message. Does not implicitly {@link skein.bus.Watched.verify|verify} messages.
             * @param message Watched message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Watched.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Watched message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Watched & skein.bus.Watched.$Shape} Watched
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Watched & skein.bus.Watched.$Shape;
        }

        namespace Watched {

            /** Properties of a Watched. */
            interface $Properties {

                /** Watched id */
                id?: (number|null);

                /** Watched interested */
                interested?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Watched. */
            type $Shape = skein.bus.Watched.$Properties;
        }

        /**
         * Properties of an Applied.
         * @deprecated Use skein.bus.Applied.$Properties instead.
         */
        interface IApplied extends skein.bus.Applied.$Properties {
        }

        /** Represents an Applied. */
        class Applied {

            /**
             * Constructs a new Applied.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Applied.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Applied epoch. */
            epoch: number;

            /** Applied version. */
            version: number;

            /**
             * Encodes the specified Applied message. Does not implicitly {@link skein.bus.Applied.verify|verify} messages.
             * @param message Applied message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Applied.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Applied message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Applied & skein.bus.Applied.$Shape} Applied
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Applied & skein.bus.Applied.$Shape;
        }

        namespace Applied {

            /** Properties of an Applied. */
            interface $Properties {

                /** Applied epoch */
                epoch?: (number|null);

                /** Applied version */
                version?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Applied. */
            type $Shape = skein.bus.Applied.$Properties;
        }

        /**
         * Properties of a Settled.
         * @deprecated Use skein.bus.Settled.$Properties instead.
         */
        interface ISettled extends skein.bus.Settled.$Properties {
        }

        /** Represents a Settled. */
        class Settled {

            /**
             * Constructs a new Settled.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Settled.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Settled sequence. */
            sequence: number;

            /**
             * Encodes the specified Settled message. Does not implicitly {@link skein.bus.Settled.verify|verify} messages.
             * @param message Settled message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Settled.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Settled message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Settled & skein.bus.Settled.$Shape} Settled
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Settled & skein.bus.Settled.$Shape;
        }

        namespace Settled {

            /** Properties of a Settled. */
            interface $Properties {

                /** Settled sequence */
                sequence?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Settled. */
            type $Shape = skein.bus.Settled.$Properties;
        }

        /**
         * Properties of an Identity.
         * @deprecated Use skein.bus.Identity.$Properties instead.
         */
        interface IIdentity extends skein.bus.Identity.$Properties {
        }

        /** Represents an Identity. */
        class Identity {

            /**
             * Constructs a new Identity.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Identity.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Identity serverId. */
            serverId: string;

            /** Identity serverName. */
            serverName: string;

            /** Identity version. */
            version: string;

            /** Identity xkey. */
            xkey: string;

            /** Identity productVersion. */
            productVersion: string;

            /** Identity startedUnixMs. */
            startedUnixMs: number;

            /**
             * Encodes the specified Identity message. Does not implicitly {@link skein.bus.Identity.verify|verify} messages.
             * @param message Identity message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Identity.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Identity message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Identity & skein.bus.Identity.$Shape} Identity
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Identity & skein.bus.Identity.$Shape;
        }

        namespace Identity {

            /** Properties of an Identity. */
            interface $Properties {

                /** Identity serverId */
                serverId?: (string|null);

                /** Identity serverName */
                serverName?: (string|null);

                /** Identity version */
                version?: (string|null);

                /** Identity xkey */
                xkey?: (string|null);

                /** Identity productVersion */
                productVersion?: (string|null);

                /** Identity startedUnixMs */
                startedUnixMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Identity. */
            type $Shape = skein.bus.Identity.$Properties;
        }

        /**
         * Properties of a Peer.
         * @deprecated Use skein.bus.Peer.$Properties instead.
         */
        interface IPeer extends skein.bus.Peer.$Properties {
        }

        /** Represents a Peer. */
        class Peer {

            /**
             * Constructs a new Peer.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Peer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Peer id. */
            id: number;

            /** Peer component. */
            component: string;

            /** Peer instance. */
            instance: number;

            /** Peer address. */
            address: string;

            /** Peer pid. */
            pid: number;

            /**
             * Encodes the specified Peer message. Does not implicitly {@link skein.bus.Peer.verify|verify} messages.
             * @param message Peer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Peer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Peer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Peer & skein.bus.Peer.$Shape} Peer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Peer & skein.bus.Peer.$Shape;
        }

        namespace Peer {

            /** Properties of a Peer. */
            interface $Properties {

                /** Peer id */
                id?: (number|null);

                /** Peer component */
                component?: (string|null);

                /** Peer instance */
                instance?: (number|null);

                /** Peer address */
                address?: (string|null);

                /** Peer pid */
                pid?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Peer. */
            type $Shape = skein.bus.Peer.$Properties;
        }

        /**
         * Properties of a Hello.
         * @deprecated Use skein.bus.Hello.$Properties instead.
         */
        interface IHello extends skein.bus.Hello.$Properties {
        }

        /** Represents a Hello. */
        class Hello {

            /**
             * Constructs a new Hello.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Hello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Hello component. */
            component: string;

            /** Hello instance. */
            instance: number;

            /** Hello version. */
            version: string;

            /** Hello protocol. */
            protocol: number;

            /** Hello token. */
            token: Uint8Array;

            /** Hello address. */
            address: string;

            /** Hello pid. */
            pid: number;

            /** Hello id. */
            id: number;

            /** Hello links. */
            links: number[];

            /** Hello configuration. */
            configuration: number;

            /** Hello connections. */
            connections: number;

            /** Hello connectionIdMax. */
            connectionIdMax: number;

            /** Hello listening. */
            listening: boolean;

            /** Hello wantsInterest. */
            wantsInterest: boolean;

            /** Hello guest. */
            guest: boolean;

            /**
             * Encodes the specified Hello message. Does not implicitly {@link skein.bus.Hello.verify|verify} messages.
             * @param message Hello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Hello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Hello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Hello & skein.bus.Hello.$Shape} Hello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Hello & skein.bus.Hello.$Shape;
        }

        namespace Hello {

            /** Properties of a Hello. */
            interface $Properties {

                /** Hello component */
                component?: (string|null);

                /** Hello instance */
                instance?: (number|null);

                /** Hello version */
                version?: (string|null);

                /** Hello protocol */
                protocol?: (number|null);

                /** Hello token */
                token?: (Uint8Array|null);

                /** Hello address */
                address?: (string|null);

                /** Hello pid */
                pid?: (number|null);

                /** Hello id */
                id?: (number|null);

                /** Hello links */
                links?: (number[]|null);

                /** Hello configuration */
                configuration?: (number|null);

                /** Hello connections */
                connections?: (number|null);

                /** Hello connectionIdMax */
                connectionIdMax?: (number|null);

                /** Hello listening */
                listening?: (boolean|null);

                /** Hello wantsInterest */
                wantsInterest?: (boolean|null);

                /** Hello guest */
                guest?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Hello. */
            type $Shape = skein.bus.Hello.$Properties;
        }

        /**
         * Properties of a Welcome.
         * @deprecated Use skein.bus.Welcome.$Properties instead.
         */
        interface IWelcome extends skein.bus.Welcome.$Properties {
        }

        /** Represents a Welcome. */
        class Welcome {

            /**
             * Constructs a new Welcome.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Welcome.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Welcome id. */
            id: number;

            /** Welcome epoch. */
            epoch: number;

            /** Welcome identity. */
            identity?: (skein.bus.Identity.$Properties|null);

            /** Welcome configuration. */
            configuration: number;

            /** Welcome configurationJson. */
            configurationJson: string;

            /** Welcome peers. */
            peers: skein.bus.Peer.$Properties[];

            /** Welcome linkKey. */
            linkKey: Uint8Array;

            /** Welcome seat. */
            seat: number;

            /**
             * Encodes the specified Welcome message. Does not implicitly {@link skein.bus.Welcome.verify|verify} messages.
             * @param message Welcome message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Welcome.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Welcome message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Welcome & skein.bus.Welcome.$Shape} Welcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Welcome & skein.bus.Welcome.$Shape;
        }

        namespace Welcome {

            /** Properties of a Welcome. */
            interface $Properties {

                /** Welcome id */
                id?: (number|null);

                /** Welcome epoch */
                epoch?: (number|null);

                /** Welcome identity */
                identity?: (skein.bus.Identity.$Properties|null);

                /** Welcome configuration */
                configuration?: (number|null);

                /** Welcome configurationJson */
                configurationJson?: (string|null);

                /** Welcome peers */
                peers?: (skein.bus.Peer.$Properties[]|null);

                /** Welcome linkKey */
                linkKey?: (Uint8Array|null);

                /** Welcome seat */
                seat?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Welcome. */
            type $Shape = skein.bus.Welcome.$Properties;
        }

        /**
         * Properties of a Refused.
         * @deprecated Use skein.bus.Refused.$Properties instead.
         */
        interface IRefused extends skein.bus.Refused.$Properties {
        }

        /** Represents a Refused. */
        class Refused {

            /**
             * Constructs a new Refused.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Refused.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Refused reason. */
            reason: string;

            /**
             * Encodes the specified Refused message. Does not implicitly {@link skein.bus.Refused.verify|verify} messages.
             * @param message Refused message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Refused.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Refused message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Refused & skein.bus.Refused.$Shape} Refused
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Refused & skein.bus.Refused.$Shape;
        }

        namespace Refused {

            /** Properties of a Refused. */
            interface $Properties {

                /** Refused reason */
                reason?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Refused. */
            type $Shape = skein.bus.Refused.$Properties;
        }

        /**
         * Properties of a PeerJoined.
         * @deprecated Use skein.bus.PeerJoined.$Properties instead.
         */
        interface IPeerJoined extends skein.bus.PeerJoined.$Properties {
        }

        /** Represents a PeerJoined. */
        class PeerJoined {

            /**
             * Constructs a new PeerJoined.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.PeerJoined.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerJoined peer. */
            peer?: (skein.bus.Peer.$Properties|null);

            /**
             * Encodes the specified PeerJoined message. Does not implicitly {@link skein.bus.PeerJoined.verify|verify} messages.
             * @param message PeerJoined message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.PeerJoined.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerJoined message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.PeerJoined & skein.bus.PeerJoined.$Shape} PeerJoined
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.PeerJoined & skein.bus.PeerJoined.$Shape;
        }

        namespace PeerJoined {

            /** Properties of a PeerJoined. */
            interface $Properties {

                /** PeerJoined peer */
                peer?: (skein.bus.Peer.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerJoined. */
            type $Shape = skein.bus.PeerJoined.$Properties;
        }

        /**
         * Properties of a PeerLeft.
         * @deprecated Use skein.bus.PeerLeft.$Properties instead.
         */
        interface IPeerLeft extends skein.bus.PeerLeft.$Properties {
        }

        /** Represents a PeerLeft. */
        class PeerLeft {

            /**
             * Constructs a new PeerLeft.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.PeerLeft.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PeerLeft id. */
            id: number;

            /** PeerLeft reason. */
            reason: string;

            /**
             * Encodes the specified PeerLeft message. Does not implicitly {@link skein.bus.PeerLeft.verify|verify} messages.
             * @param message PeerLeft message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.PeerLeft.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PeerLeft message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.PeerLeft & skein.bus.PeerLeft.$Shape} PeerLeft
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.PeerLeft & skein.bus.PeerLeft.$Shape;
        }

        namespace PeerLeft {

            /** Properties of a PeerLeft. */
            interface $Properties {

                /** PeerLeft id */
                id?: (number|null);

                /** PeerLeft reason */
                reason?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PeerLeft. */
            type $Shape = skein.bus.PeerLeft.$Properties;
        }

        /**
         * Properties of a LinkHello.
         * @deprecated Use skein.bus.LinkHello.$Properties instead.
         */
        interface ILinkHello extends skein.bus.LinkHello.$Properties {
        }

        /** Represents a LinkHello. */
        class LinkHello {

            /**
             * Constructs a new LinkHello.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.LinkHello.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LinkHello id. */
            id: number;

            /** LinkHello to. */
            to: number;

            /** LinkHello proof. */
            proof: Uint8Array;

            /**
             * Encodes the specified LinkHello message. Does not implicitly {@link skein.bus.LinkHello.verify|verify} messages.
             * @param message LinkHello message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.LinkHello.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LinkHello message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.LinkHello & skein.bus.LinkHello.$Shape} LinkHello
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.LinkHello & skein.bus.LinkHello.$Shape;
        }

        namespace LinkHello {

            /** Properties of a LinkHello. */
            interface $Properties {

                /** LinkHello id */
                id?: (number|null);

                /** LinkHello to */
                to?: (number|null);

                /** LinkHello proof */
                proof?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LinkHello. */
            type $Shape = skein.bus.LinkHello.$Properties;
        }

        /**
         * Properties of a LinkWelcome.
         * @deprecated Use skein.bus.LinkWelcome.$Properties instead.
         */
        interface ILinkWelcome extends skein.bus.LinkWelcome.$Properties {
        }

        /** Represents a LinkWelcome. */
        class LinkWelcome {

            /**
             * Constructs a new LinkWelcome.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.LinkWelcome.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LinkWelcome id. */
            id: number;

            /**
             * Encodes the specified LinkWelcome message. Does not implicitly {@link skein.bus.LinkWelcome.verify|verify} messages.
             * @param message LinkWelcome message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.LinkWelcome.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LinkWelcome message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.LinkWelcome & skein.bus.LinkWelcome.$Shape} LinkWelcome
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.LinkWelcome & skein.bus.LinkWelcome.$Shape;
        }

        namespace LinkWelcome {

            /** Properties of a LinkWelcome. */
            interface $Properties {

                /** LinkWelcome id */
                id?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LinkWelcome. */
            type $Shape = skein.bus.LinkWelcome.$Properties;
        }

        /**
         * Properties of a LinkState.
         * @deprecated Use skein.bus.LinkState.$Properties instead.
         */
        interface ILinkState extends skein.bus.LinkState.$Properties {
        }

        /** Represents a LinkState. */
        class LinkState {

            /**
             * Constructs a new LinkState.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.LinkState.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LinkState peer. */
            peer: number;

            /** LinkState up. */
            up: boolean;

            /**
             * Encodes the specified LinkState message. Does not implicitly {@link skein.bus.LinkState.verify|verify} messages.
             * @param message LinkState message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.LinkState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LinkState message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.LinkState & skein.bus.LinkState.$Shape} LinkState
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.LinkState & skein.bus.LinkState.$Shape;
        }

        namespace LinkState {

            /** Properties of a LinkState. */
            interface $Properties {

                /** LinkState peer */
                peer?: (number|null);

                /** LinkState up */
                up?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LinkState. */
            type $Shape = skein.bus.LinkState.$Properties;
        }

        /**
         * Properties of a Listen.
         * @deprecated Use skein.bus.Listen.$Properties instead.
         */
        interface IListen extends skein.bus.Listen.$Properties {
        }

        /** Represents a Listen. */
        class Listen {

            /**
             * Constructs a new Listen.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Listen.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified Listen message. Does not implicitly {@link skein.bus.Listen.verify|verify} messages.
             * @param message Listen message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Listen.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Listen message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Listen & skein.bus.Listen.$Shape} Listen
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Listen & skein.bus.Listen.$Shape;
        }

        namespace Listen {

            /** Properties of a Listen. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Listen. */
            type $Shape = skein.bus.Listen.$Properties;
        }

        /**
         * Properties of a Configure.
         * @deprecated Use skein.bus.Configure.$Properties instead.
         */
        interface IConfigure extends skein.bus.Configure.$Properties {
        }

        /** Represents a Configure. */
        class Configure {

            /**
             * Constructs a new Configure.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Configure.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Configure revision. */
            revision: number;

            /** Configure phase. */
            phase: skein.bus.Configure.Phase;

            /** Configure configurationJson. */
            configurationJson: string;

            /**
             * Encodes the specified Configure message. Does not implicitly {@link skein.bus.Configure.verify|verify} messages.
             * @param message Configure message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Configure.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Configure message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Configure & skein.bus.Configure.$Shape} Configure
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Configure & skein.bus.Configure.$Shape;
        }

        namespace Configure {

            /** Properties of a Configure. */
            interface $Properties {

                /** Configure revision */
                revision?: (number|null);

                /** Configure phase */
                phase?: (skein.bus.Configure.Phase|null);

                /** Configure configurationJson */
                configurationJson?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Configure. */
            type $Shape = skein.bus.Configure.$Properties;

            /** Phase enum. */
            enum Phase {

                /** CHECK value */
                CHECK = 0,

                /** COMMIT value */
                COMMIT = 1,

                /** ROLLBACK value */
                ROLLBACK = 2
            }
        }

        /**
         * Properties of a Configured.
         * @deprecated Use skein.bus.Configured.$Properties instead.
         */
        interface IConfigured extends skein.bus.Configured.$Properties {
        }

        /** Represents a Configured. */
        class Configured {

            /**
             * Constructs a new Configured.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Configured.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Configured revision. */
            revision: number;

            /** Configured ok. */
            ok: boolean;

            /** Configured reason. */
            reason: string;

            /**
             * Encodes the specified Configured message. Does not implicitly {@link skein.bus.Configured.verify|verify} messages.
             * @param message Configured message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Configured.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Configured message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Configured & skein.bus.Configured.$Shape} Configured
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Configured & skein.bus.Configured.$Shape;
        }

        namespace Configured {

            /** Properties of a Configured. */
            interface $Properties {

                /** Configured revision */
                revision?: (number|null);

                /** Configured ok */
                ok?: (boolean|null);

                /** Configured reason */
                reason?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Configured. */
            type $Shape = skein.bus.Configured.$Properties;
        }

        /**
         * Properties of a Lease.
         * @deprecated Use skein.bus.Lease.$Properties instead.
         */
        interface ILease extends skein.bus.Lease.$Properties {
        }

        /** Represents a Lease. */
        class Lease {

            /**
             * Constructs a new Lease.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Lease.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Lease connections. */
            connections: number;

            /** Lease required. */
            required: number;

            /** Lease returned. */
            returned: number;

            /** Lease recalled. */
            recalled: boolean;

            /** Lease connectionIds. */
            connectionIds: number;

            /**
             * Encodes the specified Lease message. Does not implicitly {@link skein.bus.Lease.verify|verify} messages.
             * @param message Lease message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Lease.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Lease message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Lease & skein.bus.Lease.$Shape} Lease
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Lease & skein.bus.Lease.$Shape;
        }

        namespace Lease {

            /** Properties of a Lease. */
            interface $Properties {

                /** Lease connections */
                connections?: (number|null);

                /** Lease required */
                required?: (number|null);

                /** Lease returned */
                returned?: (number|null);

                /** Lease recalled */
                recalled?: (boolean|null);

                /** Lease connectionIds */
                connectionIds?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Lease. */
            type $Shape = skein.bus.Lease.$Properties;
        }

        /**
         * Properties of a Leased.
         * @deprecated Use skein.bus.Leased.$Properties instead.
         */
        interface ILeased extends skein.bus.Leased.$Properties {
        }

        /** Represents a Leased. */
        class Leased {

            /**
             * Constructs a new Leased.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Leased.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Leased connections. */
            connections: number;

            /** Leased refused. */
            refused: boolean;

            /** Leased recall. */
            recall: boolean;

            /** Leased firstConnectionId. */
            firstConnectionId: number;

            /** Leased connectionIds. */
            connectionIds: number;

            /** Leased slots. */
            slots: boolean;

            /**
             * Encodes the specified Leased message. Does not implicitly {@link skein.bus.Leased.verify|verify} messages.
             * @param message Leased message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Leased.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Leased message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Leased & skein.bus.Leased.$Shape} Leased
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Leased & skein.bus.Leased.$Shape;
        }

        namespace Leased {

            /** Properties of a Leased. */
            interface $Properties {

                /** Leased connections */
                connections?: (number|null);

                /** Leased refused */
                refused?: (boolean|null);

                /** Leased recall */
                recall?: (boolean|null);

                /** Leased firstConnectionId */
                firstConnectionId?: (number|null);

                /** Leased connectionIds */
                connectionIds?: (number|null);

                /** Leased slots */
                slots?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Leased. */
            type $Shape = skein.bus.Leased.$Properties;
        }

        /**
         * Properties of a Heartbeat.
         * @deprecated Use skein.bus.Heartbeat.$Properties instead.
         */
        interface IHeartbeat extends skein.bus.Heartbeat.$Properties {
        }

        /** Represents a Heartbeat. */
        class Heartbeat {

            /**
             * Constructs a new Heartbeat.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Heartbeat.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Encodes the specified Heartbeat message. Does not implicitly {@link skein.bus.Heartbeat.verify|verify} messages.
             * @param message Heartbeat message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Heartbeat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Heartbeat message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Heartbeat & skein.bus.Heartbeat.$Shape} Heartbeat
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Heartbeat & skein.bus.Heartbeat.$Shape;
        }

        namespace Heartbeat {

            /** Properties of a Heartbeat. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Heartbeat. */
            type $Shape = skein.bus.Heartbeat.$Properties;
        }

        /**
         * Properties of a Shutdown.
         * @deprecated Use skein.bus.Shutdown.$Properties instead.
         */
        interface IShutdown extends skein.bus.Shutdown.$Properties {
        }

        /** Represents a Shutdown. */
        class Shutdown {

            /**
             * Constructs a new Shutdown.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Shutdown.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Shutdown reason. */
            reason: string;

            /**
             * Encodes the specified Shutdown message. Does not implicitly {@link skein.bus.Shutdown.verify|verify} messages.
             * @param message Shutdown message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Shutdown.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Shutdown message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Shutdown & skein.bus.Shutdown.$Shape} Shutdown
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Shutdown & skein.bus.Shutdown.$Shape;
        }

        namespace Shutdown {

            /** Properties of a Shutdown. */
            interface $Properties {

                /** Shutdown reason */
                reason?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Shutdown. */
            type $Shape = skein.bus.Shutdown.$Properties;
        }

        /**
         * Properties of a Request.
         * @deprecated Use skein.bus.Request.$Properties instead.
         */
        interface IRequest extends skein.bus.Request.$Properties {
        }

        /** Represents a Request. */
        class Request {

            /**
             * Constructs a new Request.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Request.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Request id. */
            id: number;

            /** Request method. */
            method: string;

            /** Request body. */
            body: string;

            /**
             * Encodes the specified Request message. Does not implicitly {@link skein.bus.Request.verify|verify} messages.
             * @param message Request message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Request.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Request message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Request & skein.bus.Request.$Shape} Request
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Request & skein.bus.Request.$Shape;
        }

        namespace Request {

            /** Properties of a Request. */
            interface $Properties {

                /** Request id */
                id?: (number|null);

                /** Request method */
                method?: (string|null);

                /** Request body */
                body?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Request. */
            type $Shape = skein.bus.Request.$Properties;
        }

        /**
         * Properties of a Response.
         * @deprecated Use skein.bus.Response.$Properties instead.
         */
        interface IResponse extends skein.bus.Response.$Properties {
        }

        /** Represents a Response. */
        class Response {

            /**
             * Constructs a new Response.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Response.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Response id. */
            id: number;

            /** Response error. */
            error: string;

            /** Response body. */
            body: string;

            /**
             * Encodes the specified Response message. Does not implicitly {@link skein.bus.Response.verify|verify} messages.
             * @param message Response message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Response.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Response message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Response & skein.bus.Response.$Shape} Response
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Response & skein.bus.Response.$Shape;
        }

        namespace Response {

            /** Properties of a Response. */
            interface $Properties {

                /** Response id */
                id?: (number|null);

                /** Response error */
                error?: (string|null);

                /** Response body */
                body?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Response. */
            type $Shape = skein.bus.Response.$Properties;
        }

        /**
         * Properties of an AuthRequest.
         * @deprecated Use skein.bus.AuthRequest.$Properties instead.
         */
        interface IAuthRequest extends skein.bus.AuthRequest.$Properties {
        }

        /** Represents an AuthRequest. */
        class AuthRequest {

            /**
             * Constructs a new AuthRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.AuthRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AuthRequest id. */
            id: number;

            /** AuthRequest connection. */
            connection: number;

            /** AuthRequest connectJson. */
            connectJson: string;

            /** AuthRequest nonce. */
            nonce: string;

            /** AuthRequest host. */
            host: string;

            /** AuthRequest kind. */
            kind: string;

            /** AuthRequest tls. */
            tls: boolean;

            /** AuthRequest certificateSubject. */
            certificateSubject: string;

            /** AuthRequest certificateNames. */
            certificateNames: string[];

            /** AuthRequest tlsVersion. */
            tlsVersion: string;

            /** AuthRequest tlsCipher. */
            tlsCipher: string;

            /** AuthRequest certificates. */
            certificates: string[];

            /** AuthRequest grant. */
            grant: string;

            /**
             * Encodes the specified AuthRequest message. Does not implicitly {@link skein.bus.AuthRequest.verify|verify} messages.
             * @param message AuthRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.AuthRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AuthRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.AuthRequest & skein.bus.AuthRequest.$Shape} AuthRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.AuthRequest & skein.bus.AuthRequest.$Shape;
        }

        namespace AuthRequest {

            /** Properties of an AuthRequest. */
            interface $Properties {

                /** AuthRequest id */
                id?: (number|null);

                /** AuthRequest connection */
                connection?: (number|null);

                /** AuthRequest connectJson */
                connectJson?: (string|null);

                /** AuthRequest nonce */
                nonce?: (string|null);

                /** AuthRequest host */
                host?: (string|null);

                /** AuthRequest kind */
                kind?: (string|null);

                /** AuthRequest tls */
                tls?: (boolean|null);

                /** AuthRequest certificateSubject */
                certificateSubject?: (string|null);

                /** AuthRequest certificateNames */
                certificateNames?: (string[]|null);

                /** AuthRequest tlsVersion */
                tlsVersion?: (string|null);

                /** AuthRequest tlsCipher */
                tlsCipher?: (string|null);

                /** AuthRequest certificates */
                certificates?: (string[]|null);

                /** AuthRequest grant */
                grant?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AuthRequest. */
            type $Shape = skein.bus.AuthRequest.$Properties;
        }

        /**
         * Properties of an AuthResponse.
         * @deprecated Use skein.bus.AuthResponse.$Properties instead.
         */
        interface IAuthResponse extends skein.bus.AuthResponse.$Properties {
        }

        /** Represents an AuthResponse. */
        class AuthResponse {

            /**
             * Constructs a new AuthResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.AuthResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AuthResponse id. */
            id: number;

            /** AuthResponse allowed. */
            allowed: boolean;

            /** AuthResponse error. */
            error: string;

            /** AuthResponse reason. */
            reason: string;

            /** AuthResponse account. */
            account: string;

            /** AuthResponse user. */
            user: string;

            /** AuthResponse permissions. */
            permissions?: (skein.bus.Permissions.$Properties|null);

            /** AuthResponse expiresUnixMs. */
            expiresUnixMs: number;

            /** AuthResponse subscriptionsMax. */
            subscriptionsMax: number;

            /** AuthResponse payloadBytesMax. */
            payloadBytesMax: number;

            /** AuthResponse detail. */
            detail: string;

            /** AuthResponse grant. */
            grant: string;

            /** AuthResponse endsWithAccount. */
            endsWithAccount: boolean;

            /**
             * Encodes the specified AuthResponse message. Does not implicitly {@link skein.bus.AuthResponse.verify|verify} messages.
             * @param message AuthResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.AuthResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AuthResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.AuthResponse & skein.bus.AuthResponse.$Shape} AuthResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.AuthResponse & skein.bus.AuthResponse.$Shape;
        }

        namespace AuthResponse {

            /** Properties of an AuthResponse. */
            interface $Properties {

                /** AuthResponse id */
                id?: (number|null);

                /** AuthResponse allowed */
                allowed?: (boolean|null);

                /** AuthResponse error */
                error?: (string|null);

                /** AuthResponse reason */
                reason?: (string|null);

                /** AuthResponse account */
                account?: (string|null);

                /** AuthResponse user */
                user?: (string|null);

                /** AuthResponse permissions */
                permissions?: (skein.bus.Permissions.$Properties|null);

                /** AuthResponse expiresUnixMs */
                expiresUnixMs?: (number|null);

                /** AuthResponse subscriptionsMax */
                subscriptionsMax?: (number|null);

                /** AuthResponse payloadBytesMax */
                payloadBytesMax?: (number|null);

                /** AuthResponse detail */
                detail?: (string|null);

                /** AuthResponse grant */
                grant?: (string|null);

                /** AuthResponse endsWithAccount */
                endsWithAccount?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AuthResponse. */
            type $Shape = skein.bus.AuthResponse.$Properties;
        }

        /**
         * Properties of a Permissions.
         * @deprecated Use skein.bus.Permissions.$Properties instead.
         */
        interface IPermissions extends skein.bus.Permissions.$Properties {
        }

        /** Represents a Permissions. */
        class Permissions {

            /**
             * Constructs a new Permissions.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.Permissions.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Permissions publish. */
            publish?: (skein.bus.SubjectRule.$Properties|null);

            /** Permissions subscribe. */
            subscribe?: (skein.bus.SubjectRule.$Properties|null);

            /** Permissions responses. */
            responses?: (skein.bus.ResponsePermission.$Properties|null);

            /**
             * Encodes the specified Permissions message. Does not implicitly {@link skein.bus.Permissions.verify|verify} messages.
             * @param message Permissions message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.Permissions.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Permissions message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.Permissions & skein.bus.Permissions.$Shape} Permissions
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.Permissions & skein.bus.Permissions.$Shape;
        }

        namespace Permissions {

            /** Properties of a Permissions. */
            interface $Properties {

                /** Permissions publish */
                publish?: (skein.bus.SubjectRule.$Properties|null);

                /** Permissions subscribe */
                subscribe?: (skein.bus.SubjectRule.$Properties|null);

                /** Permissions responses */
                responses?: (skein.bus.ResponsePermission.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Permissions. */
            type $Shape = skein.bus.Permissions.$Properties;
        }

        /**
         * Properties of a SubjectRule.
         * @deprecated Use skein.bus.SubjectRule.$Properties instead.
         */
        interface ISubjectRule extends skein.bus.SubjectRule.$Properties {
        }

        /** Represents a SubjectRule. */
        class SubjectRule {

            /**
             * Constructs a new SubjectRule.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.SubjectRule.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SubjectRule allow. */
            allow: string[];

            /** SubjectRule deny. */
            deny: string[];

            /** SubjectRule allowSet. */
            allowSet: boolean;

            /**
             * Encodes the specified SubjectRule message. Does not implicitly {@link skein.bus.SubjectRule.verify|verify} messages.
             * @param message SubjectRule message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.SubjectRule.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SubjectRule message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.SubjectRule & skein.bus.SubjectRule.$Shape} SubjectRule
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.SubjectRule & skein.bus.SubjectRule.$Shape;
        }

        namespace SubjectRule {

            /** Properties of a SubjectRule. */
            interface $Properties {

                /** SubjectRule allow */
                allow?: (string[]|null);

                /** SubjectRule deny */
                deny?: (string[]|null);

                /** SubjectRule allowSet */
                allowSet?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SubjectRule. */
            type $Shape = skein.bus.SubjectRule.$Properties;
        }

        /**
         * Properties of a ResponsePermission.
         * @deprecated Use skein.bus.ResponsePermission.$Properties instead.
         */
        interface IResponsePermission extends skein.bus.ResponsePermission.$Properties {
        }

        /** Represents a ResponsePermission. */
        class ResponsePermission {

            /**
             * Constructs a new ResponsePermission.
             * @param [properties] Properties to set
             */
            constructor(properties?: skein.bus.ResponsePermission.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ResponsePermission messagesMax. */
            messagesMax: number;

            /** ResponsePermission expiresMs. */
            expiresMs: number;

            /**
             * Encodes the specified ResponsePermission message. Does not implicitly {@link skein.bus.ResponsePermission.verify|verify} messages.
             * @param message ResponsePermission message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skein.bus.ResponsePermission.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ResponsePermission message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skein.bus.ResponsePermission & skein.bus.ResponsePermission.$Shape} ResponsePermission
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skein.bus.ResponsePermission & skein.bus.ResponsePermission.$Shape;
        }

        namespace ResponsePermission {

            /** Properties of a ResponsePermission. */
            interface $Properties {

                /** ResponsePermission messagesMax */
                messagesMax?: (number|null);

                /** ResponsePermission expiresMs */
                expiresMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ResponsePermission. */
            type $Shape = skein.bus.ResponsePermission.$Properties;
        }
    }
}
