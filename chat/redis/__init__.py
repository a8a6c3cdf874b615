"""Talking to Redis or Valkey: one machine, Sentinel or Cluster, through redis-py."""

from chat.redis.lines import Lines
from chat.redis.script import Script
from chat.redis.scripts import Scripts
from chat.redis.servers import Servers, servers

__all__ = ["Lines", "Script", "Scripts", "Servers", "servers"]
