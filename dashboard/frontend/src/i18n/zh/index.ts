import channels from "./channels.json";
import common from "./common.json";
import connect from "./connect.json";
import home from "./home.json";
import log from "./log.json";
import models from "./models.json";
import playground from "./playground.json";
import settings from "./settings.json";
import usage from "./usage.json";

export const texts = { channels, common, connect, home, log, models, playground, settings, usage };
